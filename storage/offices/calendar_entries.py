"""The calendar's entries one by one, as operators look through them: which days are entered, and for whom."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select, text

from domain.calendar import DayKind
from storage.offices.tables import calendar_day, calendar_year
from storage.postgres.database import Database
from storage.postgres.tables import preselection


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

    async def latest_last_day(self) -> date | None:
        """The latest last day of any live reservation, or None."""
        columns = preselection.c
        newest = select(columns.visit_by).where(columns.stage == text("'completed'"))
        found = await self._database.row(newest.order_by(columns.visit_by.desc()).limit(1))
        return found[0] if found else None
