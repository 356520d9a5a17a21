"""The tables of what clerks and operators do beside decisions: numbers withheld, and reasons given at the desk."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from storage.tables import Instant, Plate, metadata

withholding = Table(
    "withholding",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("prefix", Plate, ForeignKey("prefix.prefix"), nullable=False),
    Column("plates", ARRAY(Text), nullable=False),
    Column("reason", Text, nullable=False),
    Column("withheld_at", Instant, nullable=False),
    Column("withheld_by", Text, nullable=False),
    Column("confirmed_at", Instant),
    Column("confirmed_by", Text),
    Column("released_at", Instant),
    Column("released_by", Text),
    Column("release_reason", Text),
    Column("release_confirmed_at", Instant),
    Column("release_confirmed_by", Text),
    # Nobody confirms what they have done themselves.
    CheckConstraint("confirmed_by <> withheld_by", name="confirmed_by_another"),
    CheckConstraint("release_confirmed_by <> released_by", name="release_confirmed_by_another"),
    CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="release_has_an_operator"),
    Index("ix_withholding_newest", "prefix", "withheld_at"),
    Index(
        "ix_withholding_unconfirmed",
        "withheld_at",
        postgresql_where=text("confirmed_at IS NULL OR released_at IS NOT NULL AND release_confirmed_at IS NULL"),
    ),
)

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
