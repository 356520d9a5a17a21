"""The table of waiting rooms. The places in them are in Redis."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from storage.postgres.tables import Instant, metadata

waiting_room = Table(
    "waiting_room",
    metadata,
    # The operator's request that opened it, so that a repeat opens nothing.
    Column("id", Uuid, primary_key=True),
    Column("office_code", Text, ForeignKey("office.code"), nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    # Closed early, or cancelled before it opened, by an operator's request.
    Column("closed_at", Instant),
    Column("closing_id", Uuid),
    # How fair it was, counted after its end: the fields of `RoomFigures`.
    Column("figures", JSONB),
    CheckConstraint("opens_at < closes_at", name="opens_first"),
    CheckConstraint("(closed_at IS NULL) = (closing_id IS NULL)", name="closed_by_a_request"),
    Index("ix_waiting_room_closes_at", "closes_at"),
)
