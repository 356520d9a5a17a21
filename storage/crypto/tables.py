"""The running processes, and the keys that each can read: none writes with a key before all can read it."""

from sqlalchemy import Column, Index, Interval, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from storage.postgres.tables import Instant, metadata

key_reader = Table(
    "key_reader",
    metadata,
    # One run of one process; it reports every few seconds that it lives, and which keys it has read.
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("known", ARRAY(Text), nullable=False),
    # The keys that it writes with: the current one of each kind.
    Column("current", ARRAY(Text), nullable=False),
    # Defaults for processes of the previous release, which report none of these.
    Column("release", Text, nullable=False, server_default=""),
    Column("host", Text, nullable=False, server_default=""),
    # How far its clock is ahead of the database's.
    Column("skew", Interval),
    Index("ix_key_reader_seen", "seen_at"),
)
