"""Counts for everybody, none about a person: segments, numbers, draws, missed deadlines, and waiting rooms.

Acts of people are counted by whole days only: a count that is read while it grows would show each of them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.calendar import end_of_day, shanghai_day
from domain.waiting_room import RoomFigures, WaitingRoom
from storage.fairness.days import FairnessDays
from storage.postgres.database import Database
from storage.rollups.reader import FigureName, RollupReader, Wanted

_COUNTED: dict[str, FigureName] = {"numbers_issued": "registrations", "missed_deadlines": "missed"}
_RELEASED = b"""
    SELECT CAST(released_at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, count(*) FROM segment
    WHERE released_at > %(begins)s AND released_at <= %(ends)s GROUP BY day
"""
# The reason of an order is free text, in which somebody may be named: it stays in the audit, and its kind is counted.
_WITHHELD = b"""
    SELECT kind, sum(cardinality(plates)) FROM withholding WHERE released_at IS NULL GROUP BY kind ORDER BY kind
"""
_ROOMS = b"""
    SELECT id, office_code, opens_at, coalesce(closed_at, closes_at), figures FROM waiting_room
    WHERE figures IS NOT NULL AND opens_at > %(begins)s AND opens_at <= %(ends)s ORDER BY opens_at, office_code
"""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Whole days in Shanghai, both included."""

    first: date
    last: date


class PublicFigures:
    """All methods raise `DependencyUnavailable`."""

    def __init__(self, database: Database, days: FairnessDays) -> None:
        self._database = database
        self._days = days
        self._rollups = RollupReader(database)

    async def by_day(self, period: Period) -> dict[str, dict[date, int]]:
        """The counts of each name by day; days without any are left out."""
        figures = {"segments_released": await self._segments(period)}
        until = await self._rollups.counted_until()
        # The day on which counting stopped is not whole.
        last = min(period.last, shanghai_day(until) - _ONE_DAY) if until else None
        for name, counted in _COUNTED.items():
            points = await self._rollups.points(Wanted(counted, "day", period.first, last)) if last else []
            counts = Counter[date]()
            for point in points:
                counts[date.fromisoformat(str(point.at))] += point.value
            figures[name] = dict(counts)
        return figures

    async def draws(self, period: Period) -> dict[str, tuple[int, int]]:
        """The draws of each published day of the commitments, and how many of them belong to a day that is right."""
        begins, ends = _bounds(period)
        published = [day for day in await self._days.between(begins, ends) if day.draws is not None]
        return {day.day: (day.draws or 0, (day.draws or 0) if day.verified else 0) for day in reversed(published)}

    async def withheld(self) -> dict[str, int]:
        """The numbers that are withheld now, by kind of the reason."""
        return {kind: int(numbers) for kind, numbers in await self._database.fetch_raw(_WITHHELD, {})}

    async def waiting_rooms(self, period: Period) -> list[tuple[WaitingRoom, RoomFigures]]:
        """The rooms that opened in the period and have been counted, with the instant at which they really closed."""
        begins, ends = _bounds(period)
        found = await self._database.fetch_raw(_ROOMS, {"begins": begins, "ends": ends})
        return [(WaitingRoom(*room), RoomFigures(**figures)) for *room, figures in found]

    async def _segments(self, period: Period) -> dict[date, int]:
        begins, ends = _bounds(period)
        return dict(await self._database.fetch_raw(_RELEASED, {"begins": begins, "ends": ends}))


def _bounds(period: Period) -> tuple[datetime, datetime]:
    return end_of_day(date.fromordinal(period.first.toordinal() - 1)), end_of_day(period.last)
