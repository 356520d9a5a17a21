"""Extends the last days of a page of reservations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.clock import WorkerClock
from storage.crypto.seals import MessageSeals
from storage.offices.calendars import Calendars
from storage.preselections.reservations import MOST, DueReservation, Reservations
from workflows.client import VehicleClient
from workflows.deadline_extensions import deadline_extensions, send_extensions
from workflows.messages import PostponementInput
from workflows.ports import Deadlines, PostponedPage, PostponePageInput


@dataclass(frozen=True)
class MovedPage:
    """Reservations that were looked at, how many of them had to move, and how many workflows were started for it."""

    due: Sequence[DueReservation]
    moved: int
    started: int


class LastDays:
    """Signals the vehicles whose last day has to move."""

    def __init__(self, reservations: Reservations, calendars: Calendars, seals: MessageSeals) -> None:
        self._reservations = reservations
        self._calendars = calendars
        self._seals = seals

    async def move(
        self, given: PostponementInput, *, operation_id: str, at: datetime, after: UUID | None = None
    ) -> MovedPage:
        """Move a page of them, after the reservation `after`."""
        days = [date.fromisoformat(day) for day in given.days]
        due = await self._reservations.of_last_days(days, office_code=given.office, after=after)
        calendars = await self._calendars.of_offices({each.office_code for each in due})
        extensions = deadline_extensions(due, given, calendars, operation_id=operation_id, at=at)
        vehicles = VehicleClient(activity.client(), activity.info().task_queue, self._seals)
        started = await send_extensions(vehicles, extensions, self._reservations.live)
        return MovedPage(due, len(extensions), started)


class DeadlineActivities(Deadlines):
    def __init__(self, last_days: LastDays, seals: MessageSeals, clock: WorkerClock) -> None:
        self._last_days = last_days
        self._seals = seals
        self._clock = clock

    @activity.defn(name="deadlines.postpone")
    async def postpone(self, page: PostponePageInput) -> PostponedPage:
        if not self._seals.is_genuine(page.operation_id, "postpone", page.given):
            raise ApplicationError("not sealed by the API or the command line", type="forbidden", non_retryable=True)
        # The seal does not cover the page's time, and the new last days depend on it.
        at, after = self._clock.now(page.at), UUID(page.after) if page.after else None
        done = await self._last_days.move(page.given, operation_id=page.operation_id, at=at, after=after)
        return PostponedPage(done.moved, done.started, str(done.due[-1].id) if len(done.due) == MOST else None)
