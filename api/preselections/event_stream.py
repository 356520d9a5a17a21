"""The stream of views of one preselection."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio
import structlog
from sse_starlette import ServerSentEvent

from api.http.request_context import RequestContext
from api.preselections.endings import with_ending
from api.preselections.schemas import PreselectionView
from api.preselections.views import state_of, view_of
from domain.dependencies import DependencyUnavailable
from domain.preselection.deadlines import next_change
from storage.preselections.rows import PreselectionRow
from storage.redis.announcements import Subscription

EVENT = "preselection"
READ_AGAIN = timedelta(seconds=15)
"""An announcement may be lost; after this time the row is reread anyway."""

_SOON = timedelta(seconds=1)
_MILLISECOND = timedelta(milliseconds=1)

log = structlog.get_logger("requests")


async def views_of(context: RequestContext, closing: anyio.Event) -> AsyncIterator[ServerSentEvent]:
    """Yield each view that differs from the previous one in more than `now`, until the caller's token or session ends.

    `closing` is set when the process is about to stop, so that the stream can end cleanly. Between two reads the
    stream holds no connection. While the database is unavailable the stream stays open without events.
    """
    sent: PreselectionView | None = None
    with (
        context.repositories.announcements.subscribe(context.preselection.id) as subscription,
        _wake_on(closing, subscription),
    ):
        while (now := context.now()) < context.caller.claims.expires_at and not closing.is_set():
            if await context.app.live_sessions.has_ended(context.caller.claims):
                return
            read = await _read(context)
            if read and (sent is None or read.view != sent.model_copy(update={"now": read.view.now})):
                sent = read.view
                yield ServerSentEvent(event=EVENT, data=sent.model_dump_json(), sep="\n")
            await subscription.wait((_wake_at(context, read, now) - now).total_seconds())


@contextmanager
def _wake_on(closing: anyio.Event, subscription: Subscription) -> Iterator[None]:
    """End the wait when the process stops."""

    async def wake() -> None:
        await closing.wait()
        subscription.announce()

    waking = asyncio.create_task(wake())
    try:
        yield
    finally:
        waking.cancel()


@dataclass(frozen=True)
class Reading:
    row: PreselectionRow
    view: PreselectionView


async def _read(context: RequestContext) -> Reading | None:
    try:
        row = await context.repositories.preselections.get(context.preselection.id)
        office = await context.app.directory.get(context.preselection.office_code)
        if row is None:
            return None
        view = await with_ending(context, row, view_of(row, office, context.now(), context.language))
    except DependencyUnavailable as down:
        log.warning("event stream read failed", part=down.part)
        return None
    return Reading(row, view)


def _wake_at(context: RequestContext, read: Reading | None, now: datetime) -> datetime:
    """The next instant at which the view changes without an act, the token expires, or the row is reread."""
    if read is None:
        return now + _SOON
    change = next_change(state_of(read.row, now), now)
    # One millisecond more, so that the countdown is certainly over when the row is reread.
    instants = [now + READ_AGAIN, context.caller.claims.expires_at, *([change + _MILLISECOND] if change else [])]
    return min(instants)
