"""The tables of the pool: withheld numbers, the log with the bitmaps that it names, and the mark of old claims."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from domain.withholding import WITHHOLDING_KINDS
from storage.postgres.marks import mark_table
from storage.postgres.tables import Instant, Plate, metadata, one_of

withholding = Table(
    "withholding",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("prefix", Plate, ForeignKey("prefix.prefix"), nullable=False),
    Column("plates", ARRAY(Text), nullable=False),
    Column("reason", Text, nullable=False),
    # What the public may know of the reason.
    Column("kind", Text, nullable=False, server_default="other"),
    Column("withheld_at", Instant, nullable=False),
    Column("withheld_by", Text, nullable=False),
    Column("confirmed_at", Instant),
    Column("confirmed_by", Text),
    Column("released_at", Instant),
    Column("released_by", Text),
    Column("release_reason", Text),
    Column("release_confirmed_at", Instant),
    Column("release_confirmed_by", Text),
    CheckConstraint(one_of("kind", WITHHOLDING_KINDS), name="kind"),
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

# The application can add to the log, and can neither change nor remove a line.
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

# No claim on offer was changed before it: the removal of those that are over begins with the acts after it.
claim_mark = mark_table("claim_mark", Column("changed_from", Instant, nullable=False))
