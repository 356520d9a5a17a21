"""The tables of verifiable draws: draws, which can only be added, days with their commitments, and files."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from storage.postgres.tables import Instant, metadata, one_of

draw_record = Table(
    "draw_record",
    metadata,
    # It follows from the preselection and the draws left, so the primary key holds that it is unique.
    Column("draw_id", Text, nullable=False),
    Column("preselection_id", Uuid, nullable=False),
    Column("draws_left", SmallInteger, nullable=False),
    Column("day", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("nonce_by", Text, nullable=False),
    Column("without_four", Boolean, nullable=False),
    Column("numbers", ARRAY(Text), nullable=False),
    # The lines of the log with the picks, and the levels from which prefixes were chosen.
    Column("rounds", JSONB, nullable=False),
    Column("skipped", ARRAY(Text), nullable=False),
    CheckConstraint(one_of("nonce_by", ("client", "server")), name="nonce_by"),
    PrimaryKeyConstraint("preselection_id", "draws_left"),
    # A draw waits for each index; rows are added in the order of their instants.
    Index("ix_draw_record_at", "at", postgresql_using="brin"),
)

fairness_day = Table(
    "fairness_day",
    metadata,
    Column("day", Text, primary_key=True),
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("committed_at", Instant, nullable=False),
    # The hashing key from which the secret follows; NULL for the first one.
    Column("key_id", Text),
    # From then on no draw commits to the day; its files are made after it.
    Column("closed_at", Instant),
    Column("revealed_at", Instant),
    Column("draws", Integer),
    Column("verified", Boolean),
    # What the checker said, as JSON.
    Column("report", JSONB),
    Index("ix_fairness_day_begins", "begins"),
    Index("ix_fairness_day_unpublished", "begins", postgresql_where=text("revealed_at IS NULL")),
)

fairness_file = Table(
    "fairness_file",
    metadata,
    Column("day", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    # Compressed with zlib.
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("day", "name"),
)
