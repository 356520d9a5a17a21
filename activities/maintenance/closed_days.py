"""Moves last days on which an office is closed, and which nothing has moved (R-40).

An operator's days are entered first, and then a workflow moves the last days on them. If Temporal is away in between
and the operator does not repeat the refused call, nobody else would begin it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import structlog

from activities.deadlines import LastDays
from domain.calendar import shanghai_day
from storage.audit.trail import AuditEntry, AuditTrail
from storage.offices.calendar_entries import CalendarEntries
from workflows.messages import PostponementInput

_OPERATION = "upkeep-closed-days"
_REMEMBERED = timedelta(days=7)
_MOST_ENTRIES = 500
_SYSTEM, _CLOSED = "system", "车管所当日不办公"
_WORKFLOW_TAKES = timedelta(minutes=20)
"""Until then the last days are left to the workflow, and to the vehicles that it has signalled."""

log = structlog.get_logger("upkeep")


class ClosedDays:
    def __init__(self, entries: CalendarEntries, trail: AuditTrail, last_days: LastDays) -> None:
        self._entries = entries
        self._trail = trail
        self._last_days = last_days

    async def move_last_days(self, at: datetime) -> int:
        """Move them to the next working day, as the workflow would have done. Returns how many. May be repeated."""
        closed = await self._entries.last_days_off(shanghai_day(at))
        if not closed:
            return 0
        moved, entries = 0, await self._trail.of_actions(["enter_days"], at - _REMEMBERED, at, limit=_MOST_ENTRIES)
        for office_code, day in closed:
            entry = _entry_of(office_code, day, entries)
            if entry is None or at - entry.at >= _WORKFLOW_TAKES:
                moved += await self._move(office_code, day, entry, at)
        return moved

    async def _move(self, office_code: str, day: date, entry: AuditEntry | None, at: datetime) -> int:
        operator, reason = (entry.actor, entry.reason) if entry else (None, None)
        given = PostponementInput(
            operator or _SYSTEM, reason or _CLOSED, [day.isoformat()], closed=True, office=office_code
        )
        done = await self._last_days.move(given, operation_id=_OPERATION, at=at)
        log.warning("last days moved", office=office_code, day=day.isoformat(), reservations=done.moved)
        return done.moved


def _entry_of(office_code: str, day: date, entries: Iterable[AuditEntry]) -> AuditEntry | None:
    """The newest entry of this day; None if it is not among `entries`, which are newest first."""
    for entry in entries:
        if entry.facts.get("office_code") in (None, office_code) and str(day) in entry.facts["days"]:
            return entry
    return None
