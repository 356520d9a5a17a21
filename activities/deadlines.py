"""Extends the last days of a page of reservations."""

from datetime import date
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import WorkerClock
from storage.crypto.seals import MessageSeals
from storage.offices.calendars import Calendars
from storage.preselections.reservations import MOST, Reservations
from workflows.client import VehicleClient
from workflows.deadline_extensions import deadline_extensions, send_extensions
from workflows.ports import Deadlines, PostponedPage, PostponePageInput


class DeadlineActivities(Deadlines):
    def __init__(
        self, reservations: Reservations, calendars: Calendars, seals: MessageSeals, clock: WorkerClock
    ) -> None:
        self._reservations = reservations
        self._calendars = calendars
        self._seals = seals
        self._clock = clock

    @activity.defn(name="deadlines.postpone")
    async def postpone(self, page: PostponePageInput) -> PostponedPage:
        if not self._seals.is_genuine(page.operation_id, "postpone", page.given):
            raise ApplicationError("not sealed by the API or the command line", type="forbidden", non_retryable=True)
        due = await self._reservations.of_last_days(
            [date.fromisoformat(day) for day in page.given.days],
            office_code=page.given.office,
            after=UUID(page.after) if page.after else None,
        )
        calendars = await self._calendars.of_offices({each.office_code for each in due})
        # The seal does not cover the page's time, and the new last days depend on it.
        at = self._clock.now(page.at)
        extensions = deadline_extensions(due, page.given, calendars, operation_id=page.operation_id, at=at)
        vehicles = VehicleClient(activity.client(), activity.info().task_queue, self._seals)
        unreached = await send_extensions(vehicles, extensions, self._reservations.live)
        return PostponedPage(len(extensions), unreached, str(due[-1].id) if len(due) == MOST else None)
