"""Deadline extensions: of days on which an office is closed unexpectedly, or on which our service was down.

A workflow does it, so that it survives failures, and Temporal's UI shows its outcome.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from domain.calendar import shanghai_day
from domain.errors import NotFound
from domain.preselection.deadlines import FURTHEST_ALONE
from operations.commands import OperatorCommand, invalid
from operations.confirmations import confirm_request, refuse_own_deadline
from operations.context import OperationsContext
from operations.temporal_calls import start_once
from storage.preselections.reservations import MOST, DueReservation
from storage.staff.requests import OperatorRequest
from workflows.deadline_extensions import deadline_extensions, new_last_day, send_extensions
from workflows.messages import POSTPONEMENT_WORKFLOW, PostponementInput, postponement_workflow_id
from workflows.search_attributes import OFFICE

LONGEST_OUTAGE = timedelta(days=31)
FURTHEST = timedelta(days=90)

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Postponement:
    """The workflow that moves the deadlines, and the number of affected reservations at its start."""

    workflow_id: str
    address: str
    reservations: int
    id: UUID
    waits_for_confirmation: bool = False
    """Whether it waits for a second operator; nothing has moved then."""


@dataclass(frozen=True)
class DirectExtension:
    """The number of vehicles that were signalled, and of those whose workflow had to be started for it."""

    vehicles: int
    started: int


@dataclass(frozen=True)
class Outage:
    """The time from `since` to before `until` in which one or all offices could not serve people because of us.

    Reservations whose last day overlaps it are extended to `visit_by`, or to their office's next working day after it.
    """

    since: datetime
    until: datetime
    office_code: str | None = None
    visit_by: date | None = None


async def postpone_closed_days(
    context: OperationsContext, command: OperatorCommand, *, days: Sequence[date], office_code: str | None
) -> Postponement:
    """Move each deadline on one of these days to its office's next working day."""
    given = PostponementInput(
        command.operator, command.require_reason(), [day.isoformat() for day in days], closed=True, office=office_code
    )
    return await _begin(context, command, given)


async def postpone_outage(context: OperationsContext, command: OperatorCommand, outage: Outage) -> Postponement:
    """Move each deadline in the outage. Raises `ValidationFailed`, and `OwnAffair` where one is the operator's own."""
    given = await outage_input(context, command, outage)
    await refuse_own_deadline(context, command, _days(given), given.office)
    if not await _needs_second(context, outage, given, command.at):
        return await _begin(context, command, given)
    await context.repositories.operator_requests.add(
        OperatorRequest(command.id, "extend_deadlines", _facts(given), command.act.reason, command.at, command.operator)
    )
    workflow_id = postponement_workflow_id(str(command.id))
    address = context.addresses.of(workflow_id)
    return Postponement(workflow_id, address, await _count(context, given), command.id, waits_for_confirmation=True)


async def confirm_extension(context: OperationsContext, request_id: UUID, command: OperatorCommand) -> Postponement:
    """Confirm another operator's extension, and begin it.

    Raises `NotFound`, `OwnAffair`, `NothingToConfirm`, `SecondOperatorNeeded`; after `Unavailable` a repeat begins it.
    """
    request = await context.repositories.operator_requests.get(request_id, "extend_deadlines")
    if request is None:
        raise NotFound
    given = PostponementInput(request.requested_by, request.reason or "", **request.wanted)
    await refuse_own_deadline(context, command, _days(given), given.office)
    await confirm_request(context, request_id, "extend_deadlines", command)
    return await _begin(context, replace(command, id=request_id), given)


async def _needs_second(context: OperationsContext, outage: Outage, given: PostponementInput, at: datetime) -> bool:
    """Whether a last day would move further than one operator may move it, also in several steps.

    Raises `ValidationFailed` for too far.
    """
    distance = outage.visit_by - shanghai_day(outage.since) if outage.visit_by else timedelta(0)
    if distance > FURTHEST:
        raise invalid("visit_by", "too_far")
    return distance > FURTHEST_ALONE or await _moves_far_in_all(context, given, at)


async def _moves_far_in_all(context: OperationsContext, given: PostponementInput, at: datetime) -> bool:
    """Whether a reservation would end too long after the last day that it had when it was made."""
    async for due in due_in(context, given):
        calendars = await context.repositories.calendars.of_offices({each.office_code for each in due})
        made = await context.repositories.reservations.creations([each.id for each in due])
        for each in due:
            calendar = calendars[each.office_code]
            moved = new_last_day(each.visit_by, given, calendar, at)
            # One that has ended meanwhile does not move.
            if moved and each.id in made and moved > calendar.last_day(*made[each.id])[0] + FURTHEST_ALONE:
                return True
    return False


def _days(given: PostponementInput) -> list[date]:
    return [date.fromisoformat(day) for day in given.days]


def _facts(given: PostponementInput) -> dict[str, Any]:
    return {"days": given.days, "closed": given.closed, "office": given.office, "visit_by": given.visit_by}


async def extend_directly(context: OperationsContext, command: OperatorCommand, outage: Outage) -> DirectExtension:
    """Send the signals from here. Raises `ValidationFailed` and `Unavailable`.

    After an outage over midnight deadlines have passed, and take effect as soon as a worker runs. The signals wait in
    Temporal, and a vehicle processes them before its timer.
    """
    given = await outage_input(context, command, outage)
    if await _needs_second(context, outage, given, command.at):
        raise invalid("visit_by", "needs_second")
    operation_id = postponement_workflow_id(str(command.id))
    vehicles = started = 0
    async for due in due_in(context, given):
        calendars = await context.repositories.calendars.of_offices({each.office_code for each in due})
        extensions = deadline_extensions(due, given, calendars, operation_id=operation_id, at=command.at)
        started += await send_extensions(context.vehicles, extensions, context.repositories.reservations.live)
        vehicles += len(extensions)
    return DirectExtension(vehicles, started)


async def outage_input(context: OperationsContext, command: OperatorCommand, outage: Outage) -> PostponementInput:
    """The outage as the workflow's input. Raises `ValidationFailed` for an impossible one."""
    if not outage.since < outage.until <= outage.since + LONGEST_OUTAGE:
        raise invalid("until", "interval")
    if outage.office_code is not None and await context.repositories.offices.get(outage.office_code) is None:
        raise invalid("office_code", "office")
    first, last = shanghai_day(outage.since), shanghai_day(outage.until - _MILLISECOND)
    if outage.visit_by and outage.visit_by <= max(last, shanghai_day(command.at) - _DAY):
        raise invalid("visit_by", "past")
    days = [first + step * _DAY for step in range((last - first).days + 1)]
    return PostponementInput(
        command.operator,
        command.require_reason(),
        [day.isoformat() for day in days],
        closed=False,
        office=outage.office_code,
        visit_by=outage.visit_by.isoformat() if outage.visit_by else None,
    )


async def _begin(context: OperationsContext, command: OperatorCommand, given: PostponementInput) -> Postponement:
    """Begin the workflow; the same command again finds it running, or finished. Raises `Unavailable`."""
    workflow_id = postponement_workflow_id(str(command.id))
    given = context.repositories.message_seals.seal(workflow_id, "postpone", given)
    count = await _count(context, given)
    facts = {"days": given.days, "office_code": given.office, "visit_by": given.visit_by, "reservations": count}
    await context.repositories.audit_trail.record(command.act, "extend_deadlines", **facts)
    await _start(context, workflow_id, given)
    return Postponement(workflow_id, context.addresses.of(workflow_id), count, command.id)


async def _start(context: OperationsContext, workflow_id: str, given: PostponementInput) -> None:
    where = given.office or "全部车管所"
    await start_once(
        context.temporal,
        POSTPONEMENT_WORKFLOW,
        given,
        id=workflow_id,
        task_queue=context.task_queue,
        static_summary=f"办理期限顺延 {where} {given.days[0]}",
        static_details=f"{given.operator}: {given.reason}\n\n{where}: {'、'.join(given.days)}",
        search_attributes=TypedSearchAttributes([SearchAttributePair(OFFICE, given.office)] if given.office else []),
    )


async def _count(context: OperationsContext, given: PostponementInput) -> int:
    """The number of live reservations with their last day on one of the days."""
    return sum([len(page) async for page in due_in(context, given)])


async def due_in(context: OperationsContext, given: PostponementInput) -> AsyncIterator[list[DueReservation]]:
    """The live reservations with their last day on one of the days, page by page."""
    last = None
    while True:
        page = await context.repositories.reservations.of_last_days(_days(given), office_code=given.office, after=last)
        yield page
        if len(page) < MOST:
            return
        last = page[-1].id
