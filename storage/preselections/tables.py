"""Tables beside that of the preselections: desk reasons, failed checks, idempotency, lagging workflows, maintenance."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, SmallInteger, Table, Text, Uuid, text

from storage.postgres.marks import mark_table
from storage.postgres.sealed import Sealed
from storage.postgres.tables import Instant, metadata

desk_reason = Table(
    "desk_reason",
    metadata,
    # The request id of the clerk's act in workflow and audit.
    Column("request_id", Uuid, primary_key=True),
    Column("preselection_id", Uuid, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("reason", Sealed, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_desk_reason_preselection", "preselection_id"),
    Index("ix_desk_reason_at", "at"),
)

lagging_workflow = Table(
    "lagging_workflow",
    metadata,
    Column("preselection_id", Uuid, primary_key=True),
    Column("noted_at", Instant, nullable=False),
)

# Grows with every run of maintenance; Temporal keeps the same number with the run's result.
maintenance_mark = mark_table("maintenance_mark", Column("number", BigInteger, nullable=False))

failed_check = Table(
    "failed_check",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("applicant_hash", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_failed_check_applicant", "applicant_hash", "at"),
    Index("ix_failed_check_at", "at"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("caller_hash", LargeBinary, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("key", Uuid, primary_key=True),
    Column("body_digest", LargeBinary, nullable=False),
    Column("operation_id", Uuid, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("status", SmallInteger),
    Column("answer", Sealed),
    Column("kept_until", Instant, nullable=False, server_default=text("now() + interval '24 hours'")),
    CheckConstraint("(status IS NULL) = (answer IS NULL)", name="answer_has_a_status"),
    Index("ix_idempotency_kept", "kept_until"),
)
