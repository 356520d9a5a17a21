"""Appeals against bans. The attachment has a separate table, so that lists never read it."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text, Uuid, text

from storage.postgres.sealed import Sealed
from storage.postgres.tables import Instant, metadata, one_of

APPEAL_STATES = ("open", "granted", "refused")
ATTACHMENT_KINDS = ("pdf", "jpeg", "png")

appeal = Table(
    "appeal",
    metadata,
    # The operation id of the request that filed it.
    Column("id", Uuid, primary_key=True),
    Column("ban_id", Uuid, nullable=False),
    Column("preselection_id", Uuid, nullable=False),
    # `open` until a second operator has confirmed a decision.
    Column("state", Text, nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("decide_by", Instant, nullable=False),
    # When it was found that the office has not answered in time.
    Column("late_at", Instant),
    Column("reason", Sealed, nullable=False),
    Column("decision", Text),
    Column("decision_reason", Text),
    Column("decided_at", Instant),
    Column("decided_by", Text),
    Column("confirmed_at", Instant),
    Column("confirmed_by", Text),
    Column("purged_at", Instant),
    CheckConstraint(one_of("state", APPEAL_STATES), name="state"),
    CheckConstraint(one_of("decision", APPEAL_STATES[1:]), name="decision"),
    CheckConstraint("confirmed_by <> decided_by", name="confirmed_by_another"),
    CheckConstraint("(state = 'open') = (confirmed_at IS NULL)", name="open_until_confirmed"),
    Index("uq_appeal_open", "ban_id", unique=True, postgresql_where=text("state = 'open'")),
    Index("ix_appeal_preselection", "preselection_id"),
    Index("ix_appeal_newest", "filed_at", "id"),
    Index("ix_appeal_confirmed", "confirmed_at"),
    Index("ix_appeal_unpurged", "confirmed_at", postgresql_where=text("purged_at IS NULL")),
)

appeal_attachment = Table(
    "appeal_attachment",
    metadata,
    Column("appeal_id", Uuid, primary_key=True),
    Column("name", Sealed, nullable=False),
    # In base64, because sealed values are texts.
    Column("content", Sealed, nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", Integer, nullable=False),
    CheckConstraint(one_of("kind", ATTACHMENT_KINDS), name="kind"),
    # A value has up to 2.7 MB, and key rotation reads several rows at once.
    info={"rows_at_once": 5},
)
