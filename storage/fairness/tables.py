"""The tables of verifiable draws: the log of the pool, draws, the days with their commitments, and published files.

The application can add to the log and to the draws, and can neither change nor remove a row of them.
"""

from sqlalchemy import (
    BigInteger,
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

from storage.postgres.tables import Instant, Plate, metadata, one_of

pool_log = Table(
    "pool_log",
    metadata,
    Column("prefix", Plate, nullable=False),
    # An epoch is the time from one loss of the index to the next; its lines are numbered without a gap.
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("line", Text, nullable=False),
    # SHA-256 of the bitmap of free numbers, on lines that state one; `states` is the line after which it holds.
    Column("free", Text),
    Column("states", BigInteger),
    PrimaryKeyConstraint("prefix", "epoch", "seq"),
    Index("ix_pool_log_at", "at", postgresql_using="brin"),
    Index("ix_pool_log_stated", "prefix", "epoch", "seq", postgresql_where=text("free IS NOT NULL")),
)

pool_bitmap = Table(
    "pool_bitmap",
    metadata,
    Column("prefix", Plate, nullable=False),
    Column("digest", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # Compressed with zlib.
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("prefix", "digest"),
)

draw_record = Table(
    "draw_record",
    metadata,
    Column("draw_id", Text, primary_key=True),
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
    Index("ix_draw_record_day", "day", "at"),
    Index("ix_draw_record_preselection", "preselection_id", "at"),
)

fairness_day = Table(
    "fairness_day",
    metadata,
    Column("day", Text, primary_key=True),
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("committed_at", Instant, nullable=False),
    Column("revealed_at", Instant),
    Column("draws", Integer),
    Column("verified", Boolean),
    # What the checker said, as JSON.
    Column("report", JSONB),
    Index("ix_fairness_day_begins", "begins"),
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
