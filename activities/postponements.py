"""Moving the last days of a page of reservations."""

from datetime import date
from uuid import UUID

from temporalio import activity

from storage.offices.calendars import Calendars
from storage.preselections.reservations import MOST, Reservations
from workflows.deadline_extensions import deadline_extensions, send_extensions
from workflows.ports import Deadlines, PostponedPage, PostponeOrder


class DeadlineActivities(Deadlines):
    def __init__(self, reservations: Reservations, calendars: Calendars) -> None:
        self._reservations = reservations
        self._calendars = calendars

    @activity.defn(name="deadlines.postpone")
    async def postpone(self, order: PostponeOrder) -> PostponedPage:
        due = await self._reservations.ending_on(
            [date.fromisoformat(day) for day in order.given.days],
            office_code=order.given.office,
            after=UUID(order.after) if order.after else None,
        )
        calendars = await self._calendars.of_offices({each.office_code for each in due})
        extensions = deadline_extensions(due, order.given, calendars, operation_id=order.operation_id, at=order.at)
        unreached = await send_extensions(activity.client(), extensions)
        return PostponedPage(len(extensions), unreached, str(due[-1].id) if len(due) == MOST else None)
