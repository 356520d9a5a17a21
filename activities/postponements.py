"""Telling vehicles that their last day moves, a page of reservations at a time."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.calendar import OfficeCalendar, shanghai_day
from storage.offices.calendars import Calendars
from storage.preselections.reservations import MOST, DueReservation, Reservations
from workflows.messages import ExtendValidity, PostponementInput, vehicle_workflow_id
from workflows.ports import Deadlines, PostponedPage, PostponeOrder

log = structlog.get_logger("actions")
_AT_ONCE = 20
_PATIENCE = timedelta(seconds=5)
_DAY = timedelta(days=1)


class DeadlineActivities(Deadlines):
    """Sends signals: they reach a vehicle even while no worker runs, before its deadline has had any effect."""

    def __init__(self, reservations: Reservations, calendars: Calendars) -> None:
        self._reservations = reservations
        self._calendars = calendars

    @activity.defn(name="deadlines.postpone")
    async def postpone(self, order: PostponeOrder) -> PostponedPage:
        return await self.page(order, activity.client())

    async def page(self, order: PostponeOrder, temporal: Client) -> PostponedPage:
        """Tell the vehicles of a page; the command line does so itself while no worker runs."""
        given = order.given
        due = await self._reservations.ending_on(
            [date.fromisoformat(day) for day in given.days],
            office_code=given.office,
            after=UUID(order.after) if order.after else None,
        )
        calendars = {code: await self._calendars.of_office(code) for code in {each.office_code for each in due}}
        moving = {each: moved_to(each, given, calendars[each.office_code], order.at) for each in due}
        few = asyncio.Semaphore(_AT_ONCE)
        sent = [_told(temporal, few, each, _message(order, each, day)) for each, day in moving.items() if day]
        reached = await asyncio.gather(*sent)
        return PostponedPage(len(sent), reached.count(False), str(due[-1].id) if len(due) == MOST else None)


def _message(order: PostponeOrder, due: DueReservation, day: date) -> ExtendValidity:
    # The same wish again is known by its id; a day that has moved once more is another wish.
    request_id = uuid5(NAMESPACE_URL, f"{order.operation_id}:{due.id}:{due.visit_by}:{day}")
    return ExtendValidity(order.given.operator, order.given.reason, day.isoformat(), str(request_id))


async def _told(temporal: Client, few: asyncio.Semaphore, due: DueReservation, message: ExtendValidity) -> bool:
    """False for a vehicle whose workflow has ended from outside."""
    handle = temporal.get_workflow_handle(vehicle_workflow_id(str(due.id)))
    async with few:
        try:
            await handle.signal("extend_validity", message, rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            log.warning("deadline not moved: no workflow", preselection_id=str(due.id))
            return False
    return True


def moved_to(due: DueReservation, given: PostponementInput, calendar: OfficeCalendar, at: datetime) -> date | None:
    """The new last day; None for a reservation that has no reason to move."""
    if given.closed and calendar.is_working_day(due.visit_by):
        return None
    if given.visit_by:
        later = date.fromisoformat(given.visit_by)
        return later if later > due.visit_by else None
    lost = [due.visit_by] if given.closed else [due.visit_by, *map(date.fromisoformat, given.days)]
    # Whoever is told today that yesterday was lost still has a whole day to come.
    return calendar.working_day_from(max(*lost, shanghai_day(at)) + _DAY)
