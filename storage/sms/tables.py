"""The table of SMS deliveries. It contains no personal data."""

from sqlalchemy import Column, Index, SmallInteger, Table, Text, Uuid, text

from storage.postgres.tables import Instant, metadata

sms_delivery = Table(
    "text_delivery",
    metadata,
    # The gateway's idempotency key, with which the SMS is sent once.
    Column("key", Text, primary_key=True),
    Column("preselection_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("ordered_at", Instant, nullable=False),
    # Until then it is retried; afterwards an SMS that was not handed over is given up.
    Column("give_up_at", Instant, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("tried_at", Instant, nullable=False),
    # When the gateway accepted it.
    Column("handed_at", Instant),
    # The reason of the last failure, as reported by the adapter or a receipt, without anything that was sent.
    Column("failure", Text),
    # What the provider reported of it, and when: `delivered`, or `failed`, also where it refused the SMS for good.
    Column("receipt", Text),
    Column("receipt_at", Instant),
    # The preselection's office, so that counts need not look for it; rows of earlier releases have none.
    Column("office_code", Text),
    Index("ix_text_delivery_preselection", "preselection_id"),
    Index("ix_text_delivery_newest", "ordered_at", "preselection_id"),
    Index("ix_text_delivery_open", "ordered_at", postgresql_where=text("handed_at IS NULL")),
    Index("ix_text_delivery_failed", "ordered_at", postgresql_where=text("receipt = 'failed'")),
)
