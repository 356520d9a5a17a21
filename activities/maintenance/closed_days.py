"""Moves last days on which an office is closed, and which nothing has moved (R-40).

An operator's days are entered first, and then a workflow moves the last days on them. If Temporal is away in between
and the operator does not repeat the refused call, nobody else would begin it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import structlog
from temporalio import activity

from activities.maintenance.temporal_lists import is_running
from domain.calendar import shanghai_day
from storage.audit.trail import AuditEntry, AuditTrail
from storage.crypto.seals import MessageSeals
from storage.offices.calendar_entries import CalendarEntries
from storage.offices.calendars import Calendars
from storage.preselections.reservations import Reservations
from workflows.client import VehicleClient
from workflows.deadline_extensions import deadline_extensions, send_extensions
from workflows.messages import POSTPONEMENT_WORKFLOW, PostponementInput

_OPERATION = "upkeep-closed-days"
_REMEMBERED = timedelta(days=7)
_MOST_ENTRIES = 500
_UNKNOWN = ("system", "车管所当日不办公")

log = structlog.get_logger("upkeep")


class ClosedDays:
    def __init__(
        self,
        reservations: Reservations,
        calendars: Calendars,
        entries: CalendarEntries,
        trail: AuditTrail,
        seals: MessageSeals,
    ) -> None:
        self._reservations = reservations
        self._calendars = calendars
        self._entries = entries
        self._trail = trail
        self._seals = seals

    async def move_last_days(self, at: datetime) -> int:
        """Move them to the next working day, as the workflow would have done. Returns how many. May be repeated."""
        closed = await self._entries.last_days_off(shanghai_day(at))
        if not closed:
            return 0
        temporal, task_queue = activity.client(), activity.info().task_queue
        # While one of these workflows runs, it finds them itself.
        if await is_running(temporal, POSTPONEMENT_WORKFLOW, task_queue):
            return 0
        vehicles, moved = VehicleClient(temporal, task_queue, self._seals), 0
        entries = await self._trail.of_actions(["enter_days"], at - _REMEMBERED, at, limit=_MOST_ENTRIES)
        for office_code, day in closed:
            operator, reason = _who_closed(office_code, day, entries)
            given = PostponementInput(operator, reason, [day.isoformat()], closed=True, office=office_code)
            due = await self._reservations.of_last_days([day], office_code=office_code)
            extensions = deadline_extensions(
                due, given, await self._calendars.of_offices([office_code]), operation_id=_OPERATION, at=at
            )
            await send_extensions(vehicles, extensions, self._reservations.live)
            log.warning("last days moved", office=office_code, day=day.isoformat(), reservations=len(extensions))
            moved += len(extensions)
            activity.heartbeat(moved)
        return moved


def _who_closed(office_code: str, day: date, entries: Iterable[AuditEntry]) -> tuple[str, str]:
    """The operator who entered this day last, and the reason."""
    for entry in entries:
        is_for_office = entry.facts.get("office_code") in (None, office_code)
        if is_for_office and str(day) in entry.facts["days"] and entry.actor and entry.reason:
            return entry.actor, entry.reason
    return _UNKNOWN
