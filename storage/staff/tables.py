"""The persons behind the accounts of staff, and their requests that wait for a second operator."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from storage.postgres.tables import Instant, metadata, one_of

staff_person = Table(
    "staff_person",
    metadata,
    # The token's `sub`, as tables and audit name an operator.
    Column("subject", Text, nullable=False),
    # Always of the first key, so that two accounts of one person are found after any key rotation.
    Column("person_hash", LargeBinary, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("subject", "person_hash"),
)

REQUEST_KINDS = ("compose_early", "extend_deadlines")

# What one operator asked for, without effect until a second one has confirmed it.
operator_request = Table(
    "operator_request",
    metadata,
    # Of a segment that was released, or of the operation that extends deadlines.
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("wanted", JSONB, nullable=False),
    Column("reason", Text),
    Column("requested_at", Instant, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("confirmed_at", Instant),
    Column("confirmed_by", Text),
    CheckConstraint(one_of("kind", REQUEST_KINDS), name="kind"),
    CheckConstraint("confirmed_by <> requested_by", name="confirmed_by_another"),
    Index("ix_operator_request_unconfirmed", "requested_at", postgresql_where=text("confirmed_at IS NULL")),
)
