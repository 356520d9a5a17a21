"""The calendar of working days for operators: read a year, change days, declare a year official."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.calendar import DayKind, OfficeCalendar, shanghai_day
from domain.preselection.deadlines import FURTHEST_ALONE
from operations.commands import OperatorCommand, invalid
from operations.confirmations import refuse_own_deadline
from operations.context import OperationsContext
from operations.deadlines import Postponement, postpone_closed_days
from operations.holiday_calendar import days_to_enter, is_official
from storage.offices.calendar_entries import CalendarEntry


@dataclass(frozen=True)
class CalendarYear:
    """A year of the country, or of one office. Provisional: its official holiday notice has not been entered."""

    year: int
    office_code: str | None
    is_provisional: bool
    entries: Sequence[CalendarEntry]


@dataclass(frozen=True)
class CalendarChange:
    """A year after the change, and the deadline extension if future days were closed."""

    year: CalendarYear
    postponement: Postponement | None


async def calendar_of(context: OperationsContext, year: int, office_code: str | None = None) -> CalendarYear:
    """Raises `ValidationFailed` for an unknown office."""
    await _require_office(context, office_code)
    return CalendarYear(
        year,
        office_code,
        not await context.repositories.calendar_entries.is_official(year),
        await context.repositories.calendar_entries.of_year(year, office_code),
    )


async def enter_days(
    context: OperationsContext,
    command: OperatorCommand,
    *,
    year: int,
    days: Mapping[date, DayKind | None],
    office_code: str | None = None,
    official: bool | None = None,
) -> CalendarChange:
    """Set days of a year, for the country or one office; `None` makes a day ordinary again.

    `official` says whether the year's official notice has been entered; it applies to the country. Closing future days
    moves the deadlines on them, and the holders get an SMS. Needs a reason.

    Raises `ValidationFailed`, also for days that are over and for too many days off in a row, and `OwnAffair` where a
    deadline that would move is the operator's own.
    """
    command.require_reason()
    await _require_office(context, office_code)
    _check(year, days, office_code, declares=official is not None)
    if any(day < shanghai_day(command.at) for day in days):
        raise invalid("days", "past")
    return await _enter(context, command, year=year, days=days, office_code=office_code, official=official)


async def _enter(
    context: OperationsContext,
    command: OperatorCommand,
    *,
    year: int,
    days: Mapping[date, DayKind | None],
    office_code: str | None = None,
    official: bool | None = None,
) -> CalendarChange:
    closed = await _days_to_close(context, days, office_code, command.at)
    if closed:
        await refuse_own_deadline(context, command, closed, office_code)
    if days:
        await context.repositories.calendars.enter(days, command.act, office_code=office_code)
    if official is not None:
        await context.repositories.calendars.declare_year(year, command.act, official=official)
    postponement = (
        await postpone_closed_days(context, command, days=closed, office_code=office_code) if closed else None
    )
    return CalendarChange(await calendar_of(context, year, office_code), postponement)


async def seed_year(context: OperationsContext, command: OperatorCommand, year: int) -> CalendarChange:
    """Enter the country's days of a year from the library, official if it has the notice, otherwise a prediction.

    Operators' entries take precedence: a year that is official, or has days, stays unchanged, unless it is a
    prediction and the library has the notice by now. Needs a reason. Raises `ValidationFailed`.
    """
    command.require_reason()
    days = days_to_enter(year, await context.repositories.calendars.of_country())
    if days is None:
        return CalendarChange(await calendar_of(context, year), None)
    return await _enter(context, command, year=year, days=days, official=is_official(year))


def _check(year: int, days: Mapping[date, DayKind | None], office_code: str | None, *, declares: bool) -> None:
    if any(day.year != year for day in days):
        raise invalid("days", "other_year")
    if declares and office_code is not None:
        raise invalid("official", "country_only")
    if not days and not declares:
        raise invalid("days", "missing")


async def _days_to_close(
    context: OperationsContext, days: Mapping[date, DayKind | None], office_code: str | None, at: datetime
) -> list[date]:
    """The days from today on that will be days off.

    Their former kind does not matter: a repeat of an interrupted request must find the same days. Raises
    `ValidationFailed` where a deadline would move further than one operator may move it.
    """
    calendar = await _calendar_with(context, days, office_code)
    today = shanghai_day(at)
    closed = [day for day in sorted(days) if day >= today and not calendar.is_working_day(day)]
    if any(calendar.days_off_around(day) > FURTHEST_ALONE.days for day in closed):
        raise invalid("days", "closed_too_long")
    return closed


async def _calendar_with(
    context: OperationsContext, days: Mapping[date, DayKind | None], office_code: str | None
) -> OfficeCalendar:
    """The calendar as it will be with these days."""
    country = await context.repositories.calendars.of_country()
    known = await context.repositories.calendars.of_office(office_code) if office_code else country
    # Without its own entry an office follows the country again.
    usual = country.days if office_code else {}
    entered = dict(known.days)
    for day, kind in days.items():
        if changed := kind or usual.get(day):
            entered[day] = changed
        else:
            entered.pop(day, None)
    return OfficeCalendar(entered, known.official_years)


async def _require_office(context: OperationsContext, office_code: str | None) -> None:
    if office_code is not None and await context.repositories.offices.get(office_code) is None:
        raise invalid("office", "office")
