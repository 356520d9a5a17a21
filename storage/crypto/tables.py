"""The keys that each process can read: no process writes with a key before every process can read it."""

from sqlalchemy import Column, Index, Table, Text, Uuid
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
    Index("ix_key_reader_seen", "seen_at"),
)
