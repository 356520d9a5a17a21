"""The table of the reasons that clerks give at the desk."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text, Uuid

from storage.postgres.tables import Instant, metadata

desk_reason = Table(
    "desk_reason",
    metadata,
    # The request id of the clerk's act in workflow and audit.
    Column("request_id", Uuid, primary_key=True),
    Column("preselection_id", Uuid, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_desk_reason_preselection", "preselection_id"),
    Index("ix_desk_reason_at", "at", postgresql_using="brin"),
)
