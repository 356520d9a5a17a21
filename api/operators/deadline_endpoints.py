"""The calendar of working days, and deadline extensions."""

from typing import Annotated

from fastapi import Path, Query

from api.auth.records import id_in
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.operators.commands import calendar_answer, operator_command, postponement_answer
from api.operators.request_schemas import CalendarBody, CalendarQuery, OutageBody, SeedBody
from api.operators.response_schemas import CalendarAnswer, PostponementAnswer
from domain.calendar import DayKind
from operations import calendar
from operations.deadlines import Outage, postpone_outage
from operations.deadlines import confirm_extension as confirm_extension_of

router = area("/operations", tags=["operations"])
RequestId = Annotated[str, Path(json_schema_extra={"format": "uuid"})]


@router.get("/calendar", responses=responses_of_read("validation_failed"))
async def read_calendar(context: CurrentContext, query: Annotated[CalendarQuery, Query()]) -> CalendarAnswer:
    """The days of a year that differ from the normal week, and whether the year is provisional."""
    return calendar_answer(context, await calendar.calendar_of(context.app.operations, query.year, query.office))


@router.put("/calendar", responses=responses_of_write("own_affair"))
async def enter_days(
    context: CurrentContext, query: Annotated[CalendarQuery, Query()], body: CalendarBody
) -> CalendarAnswer:
    """Change days, and declare a year official. Deadlines on newly closed days move; the holders get an SMS.

    Days that are not named stay unchanged. At most 30 days off may follow each other.
    """
    days = {each.day: None if each.kind == "ordinary" else DayKind(each.kind) for each in body.days}
    change = await calendar.enter_days(
        context.app.operations,
        await operator_command(context, body.reason),
        year=query.year,
        days=days,
        office_code=query.office,
        official=body.official,
    )
    return calendar_answer(context, change.year, change.postponement)


@router.post("/calendar/seeding", responses=responses_of_write("own_affair"))
async def seed_calendar_year(context: CurrentContext, body: SeedBody) -> CalendarAnswer:
    """Enter the country's holidays of a year from the library, if operators have not entered them yet."""
    change = await calendar.seed_year(context.app.operations, await operator_command(context, body.reason), body.year)
    return calendar_answer(context, change.year, change.postponement)


@router.post("/deadlines/extensions", status_code=202, responses=responses_of_write("own_affair"))
async def extend_deadlines(context: CurrentContext, body: OutageBody) -> PostponementAnswer:
    """Extend the reservations whose last day overlaps an outage of our service; the holders get an SMS.

    A `visit_by` more than 30 days after the first day of the outage waits for a second operator.
    """
    outage = Outage(body.since, body.until, body.office_code, body.visit_by)
    command = await operator_command(context, body.reason)
    return postponement_answer(await postpone_outage(context.app.operations, command, outage))


@router.post(
    "/deadlines/{request_id}/confirmation",
    responses=responses_of_write("own_affair", "not_found", "nothing_to_confirm", "second_operator_needed"),
)
async def confirm_extension(context: CurrentContext, request_id: RequestId) -> PostponementAnswer:
    """Confirm an extension by more than 30 days as a second operator; the deadlines move then."""
    command = await operator_command(context)
    return postponement_answer(await confirm_extension_of(context.app.operations, id_in(request_id), command))
