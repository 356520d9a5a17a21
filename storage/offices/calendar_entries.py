"""The calendar's entries one by one, as operators look through them: which days are entered, and for whom."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from domain.calendar import DayKind, OfficeCalendar
from storage.offices.tables import calendar_day, calendar_year
from storage.postgres.database import Database
from storage.postgres.tables import IS_RESERVED, preselection

_PLAIN = OfficeCalendar({}, frozenset())

# The office's own entry goes before the country's, and both before the plain week. Where a validity does not count
# working days, its last day may be a day off.
_LAST_DAYS_OFF = b"""
    SELECT DISTINCT preselection.office_code, preselection.visit_by
    FROM preselection
    LEFT JOIN calendar_day own ON own.office_code = preselection.office_code AND own.day = preselection.visit_by
    LEFT JOIN calendar_day country ON country.office_code IS NULL AND country.day = preselection.visit_by
    WHERE preselection.stage = 'completed' AND preselection.visit_by = ANY(%(days)s)
      AND coalesce(own.kind, country.kind, CASE WHEN preselection.visit_by = ANY(%(weekends)s) THEN 'holiday' END)
        = 'holiday'
      AND preselection.policy->>'validity_working_days' = 'true' AND preselection.policy->>'validity' NOT LIKE '%%T%%'
"""


@dataclass(frozen=True)
class CalendarEntry:
    """A day that differs from the plain week. Without an office it holds for the whole country."""

    day: date
    kind: DayKind
    office_code: str | None


class CalendarEntries:
    """Reads only; `Calendars` writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_year(self, year: int, office_code: str | None = None) -> list[CalendarEntry]:
        """The country's entries, and with an office also its own, by day; the country's first."""
        columns = calendar_day.c
        for_whom = or_(columns.office_code.is_(None), columns.office_code == office_code)
        found = await self._database.rows(
            select(columns.day, columns.kind, columns.office_code)
            .where(for_whom, columns.day.between(date(year, 1, 1), date(year, 12, 31)))
            .order_by(columns.day, columns.office_code.nulls_first())
        )
        return [CalendarEntry(row[0], DayKind(row[1]), row[2]) for row in found]

    async def is_official(self, year: int) -> bool:
        """Return whether the year's official holiday notice has been entered."""
        columns = calendar_year.c
        return bool(await self._database.rows(select(columns.year).where(columns.year == year, columns.official)))

    async def last_days_off(self, today: date) -> list[tuple[str, date]]:
        """Offices, and days off of theirs from today on, on which a reservation ends whose last day is a working day.

        There is one only where a day was closed after the reservation.
        """
        last = await self.latest_last_day()
        if last is None or last < today:
            return []
        days = [today + timedelta(days=ahead) for ahead in range((last - today).days + 1)]
        weekends = [day for day in days if not _PLAIN.is_working_day(day)]
        off = select(calendar_day.c.day).where(
            calendar_day.c.kind == DayKind.HOLIDAY.value, calendar_day.c.day >= today
        )
        entered = [row[0] for row in await self._database.rows(off.distinct())]
        parameters = {"weekends": weekends, "days": [*weekends, *entered]}
        return [(row[0], row[1]) for row in await self._database.fetch_raw(_LAST_DAYS_OFF, parameters)]

    async def latest_last_day(self) -> date | None:
        """The latest last day of any live reservation, or None."""
        columns = preselection.c
        newest = select(columns.visit_by).where(IS_RESERVED)
        found = await self._database.row(newest.order_by(columns.visit_by.desc()).limit(1))
        return found[0] if found else None
