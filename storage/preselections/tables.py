"""The table of the reasons that clerks give at the desk."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text, Uuid

from storage.postgres.tables import Instant, metadata

desk_reason = Table(
    "desk_reason",
    metadata,
    # The request under which the workflow and the audit know the clerk's act.
    Column("request_id", Uuid, primary_key=True),
    Column("preselection_id", Uuid, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_desk_reason_preselection", "preselection_id"),
    Index("ix_desk_reason_at", "at", postgresql_using="brin"),
)
