"""The table of numbers that operators withhold from the pool."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from storage.postgres.tables import Instant, Plate, metadata

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
    # An operator can't confirm their own command.
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
