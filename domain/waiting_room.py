"""A waiting room: for an hour an office lets people choose one after the other (part 6, point 2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

PASS_VALID_FOR = timedelta(minutes=10)
"""Who is let in and does not begin within this time loses the turn."""

LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class WaitingRoom:
    """It is open from `opens_at` to before `closes_at`; people may come before."""

    id: UUID
    office_code: str
    opens_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at


@dataclass(frozen=True)
class Standing:
    """Where a person stands: `place` from 1, and `ahead` people before it who still wait."""

    arrived_at: datetime
    place: int
    ahead: int
    waiting: int
    pace: float
    """People per second."""
    pass_ends: datetime | None

    def estimated_at(self, room: WaitingRoom, at: datetime) -> datetime:
        """When it is this person's turn, if the pace stays; the opening, while nobody knows a place."""
        if not room.is_open(at):
            return room.opens_at
        if self.pass_ends:
            return at
        return at + timedelta(seconds=(self.ahead + 1) / self.pace)
