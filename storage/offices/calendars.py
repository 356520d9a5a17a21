"""The calendar that operators edit: days off and make-up working days, for the whole country and for single offices."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from domain.calendar import DayKind, OfficeCalendar
from storage.audit.trail import Act, note
from storage.offices.tables import calendar_day, calendar_year
from storage.postgres.database import Database

# The country's days before the office's own, which override them, and the years whose days are official.
_OF_OFFICE = b"""
    SELECT day, kind, CAST(NULL AS int) AS official_year, office_code FROM calendar_day
    WHERE office_code IS NULL OR office_code = %(code)s
    UNION ALL SELECT NULL, NULL, year, NULL FROM calendar_year WHERE official
    ORDER BY office_code NULLS FIRST
"""
_NO_OFFICE = ""


class Calendars:
    """Reads and writes calendar days."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_office(self, code: str) -> OfficeCalendar:
        """The office's calendar: the country's days, overridden by the office's own."""
        found = await self._database.fetch_raw(_OF_OFFICE, {"code": code})
        days = {day: DayKind(kind) for day, kind, *_ in found if day}
        return OfficeCalendar(days, frozenset(year for _, _, year, _ in found if year is not None))

    async def of_country(self) -> OfficeCalendar:
        """The country's days alone."""
        return await self.of_office(_NO_OFFICE)

    async def of_offices(self, codes: Collection[str]) -> dict[str, OfficeCalendar]:
        return {code: await self.of_office(code) for code in codes}

    async def enter(self, days: Mapping[date, DayKind | None], act: Act, *, office_code: str | None = None) -> None:
        """Set days of the country or of one office; `None` makes a day ordinary again."""
        columns = calendar_day.c
        async with self._database.transaction() as connection:
            for day, kind in sorted(days.items()):
                if kind is None:
                    same_office = columns.office_code.is_not_distinct_from(office_code)
                    await connection.execute(delete(calendar_day).where(same_office, columns.day == day))
                    continue
                values = {"office_code": office_code, "day": day, "kind": kind.value}
                await connection.execute(
                    insert(calendar_day)
                    .values(values)
                    .on_conflict_do_update(index_elements=["office_code", "day"], set_={"kind": kind.value})
                )
            entered = {str(day): kind.value if kind else "ordinary" for day, kind in sorted(days.items())}
            await note(connection, act, "enter_days", office_code=office_code, days=entered)

    async def declare_year(self, year: int, act: Act, *, official: bool) -> None:
        """Declare whether the year's official holiday notice has been entered; until then its days are a prediction."""
        values = {"year": year, "official": official}
        declaring = insert(calendar_year).values(values).on_conflict_do_update(index_elements=["year"], set_=values)
        async with self._database.transaction() as connection:
            await connection.execute(declaring)
            await note(connection, act, "declare_year", year=year, official=official)
