"""The views of one preselection, one after the other, as long as somebody listens and may."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import structlog
from sse_starlette import ServerSentEvent

from api.answers import PreselectionView
from api.views import state_of, view_of
from api.visits import Visit
from domain.preselection_deadlines import next_change
from storage.failures import PartDown
from storage.preselections import PreselectionRow

EVENT = "preselection"
READ_AGAIN = timedelta(seconds=15)
"""An announcement may be lost; so much later the change is seen all the same."""

_SOON = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)

log = structlog.get_logger("requests")


async def views_of(visit: Visit) -> AsyncIterator[ServerSentEvent]:
    """Each view that differs from the one before in more than `now`; ends when the caller's token does.

    Between two readings no connection is held. While the database is away the stream stays silent and open.
    """
    row: PreselectionRow | None = visit.own
    sent: PreselectionView | None = None
    with visit.parts.announcements.subscribe(visit.own.id) as subscription:
        while (now := visit.now()) < visit.caller.claims.expires_at:
            row = await _read(visit)
            if row:
                view = await _view(visit, row)
                if sent is None or view != sent.model_copy(update={"now": view.now}):
                    sent = view
                    yield ServerSentEvent(event=EVENT, data=view.model_dump_json(), sep="\n")
            await subscription.wait((_wake_at(visit, row, now) - now).total_seconds())


async def _read(visit: Visit) -> PreselectionRow | None:
    try:
        return await visit.parts.preselections.get(visit.own.id)
    except PartDown as down:
        log.warning("event stream can't read", part=down.part)
        return None


async def _view(visit: Visit, row: PreselectionRow) -> PreselectionView:
    return view_of(row, await visit.parts.directory.get(row.office_code), visit.now())


def _wake_at(visit: Visit, row: PreselectionRow | None, now: datetime) -> datetime:
    """The moment at which time alone changes the view, the token ends, or it is time to look anyway."""
    if row is None:
        return now + _SOON
    change = next_change(state_of(row, now), now)
    # A millisecond more, so that the countdown is over for certain when the row is judged again.
    moments = [now + READ_AGAIN, visit.caller.claims.expires_at, *([change + _MILLISECOND] if change else [])]
    return min(moments)
