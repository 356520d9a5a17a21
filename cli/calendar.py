"""`xuanhao calendar …`."""

from datetime import date
from typing import Annotated, Literal

from cyclopts import Parameter

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.options import Office, Reason
from cli.output import Output
from domain.calendar import DayKind
from operations import calendar

PROVISIONAL = "the official holiday notice of {year} has not been entered: its working days are a prediction"

app = area("calendar")


@app.command(name="show")
async def show_year(year: int, /, *, office: Office = None, context: Context) -> Output:
    """Show the days of a year that differ from the normal week."""
    return _year(await calendar.calendar_of(context.operations, year, office))


@app.command(name="set")
async def set_days(
    kind: Literal["holiday", "working", "ordinary"],
    days: list[date],
    /,
    *,
    office: Office = None,
    reason: Reason,
    context: OperatorContext,
) -> Output:
    """Make days off or working. Deadlines on closed days move, and the holders get an SMS."""
    entered = dict.fromkeys(days, None if kind == "ordinary" else DayKind(kind))
    change = await calendar.enter_days(
        context.operations, context.command(reason), year=days[0].year, days=entered, office_code=office
    )
    year = _year(change.year)
    warnings = list(year.warnings)
    if moving := change.postponement:
        warnings.append(
            f"{moving.reservations} reservations have their last day then and are extended: {moving.address}"
        )
    return Output([record for record in year.records if record["day"] in entered], warnings)


@app.command(name="seed")
async def seed_year(year: int, /, *, reason: Reason, context: OperatorContext) -> Output:
    """Enter a year's holidays from the library, if operators have not entered them."""
    return _year((await calendar.seed_year(context.operations, context.command(reason), year)).year)


@app.command(name="official")
async def declare_year(
    year: int,
    /,
    *,
    provisional: Annotated[bool, Parameter(name="--not", help="Revoke it: the year is provisional again.")] = False,
    reason: Reason,
    context: OperatorContext,
) -> Output:
    """Declare that a year's official holiday notice has been entered."""
    change = await calendar.enter_days(
        context.operations, context.command(reason), year=year, days={}, official=not provisional
    )
    return Output([{"year": year, "official": not change.year.is_provisional}], _year(change.year).warnings)


def _year(year: calendar.CalendarYear) -> Output:
    records = [vars(entry) | {"kind": entry.kind.value} for entry in year.entries]
    return Output(records, [PROVISIONAL.format(year=year.year)] if year.is_provisional else [])
