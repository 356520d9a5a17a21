"""A waiting room: for an hour an office lets people choose one after the other (part 6, point 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self
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


@dataclass(frozen=True)
class Arrival:
    """When a person came, and whether that was before the opening."""

    at: datetime
    is_early: bool


@dataclass(frozen=True)
class RoomFigures:
    """How fair a room was. `overtaken` people stood behind somebody who came later: places are given so that none do.

    `ahead_of_time` are those of the first half of the early arrivals who got a place in the first half: with equal luck
    every second one.
    """

    people: int
    early: int
    ahead_of_time: int
    overtaken: int

    @classmethod
    def of(cls, by_place: Sequence[Arrival]) -> Self:
        """`by_place` are all who have a place, in the order of the places."""
        early = [arrival for arrival in by_place if arrival.is_early]
        late = by_place[len(early) :]
        half = len(early) // 2
        first = sorted(range(len(early)), key=lambda place: early[place].at)[:half]
        return cls(
            people=len(by_place),
            early=len(early),
            ahead_of_time=sum(place < half for place in first),
            overtaken=sum(arrival.is_early for arrival in late)
            + sum(one.at > following.at for one, following in pairwise(late) if not following.is_early),
        )
