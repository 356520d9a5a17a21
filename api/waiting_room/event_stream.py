"""The stream of one person's place."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

import anyio
import structlog
from sse_starlette import ServerSentEvent

from api.http.request_context import RequestContext
from api.waiting_room.schemas import QueuePlace
from api.waiting_room.service import person_of, place_in
from domain.dependencies import DependencyUnavailable
from domain.waiting_room import WaitingRoom

EVENT = "queue"
SOONEST_S, LATEST_S = 2.0, 30.0
"""How long a stream waits before it reads the place again: longer, the further away the turn is."""

SHARE = 20
SPREAD_S = 3.0
"""Within so many seconds after the opening all streams read the places that were drawn."""

_DIGITS = 4
_PARTS = 0x10000

log = structlog.get_logger("requests")


async def places_of(
    context: RequestContext, room: WaitingRoom, earlier_pass: str, closing: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """Yield each place that differs from the one before, until the room, the token or the session ends.

    A room that an operator closes ends its streams when they next read the place.
    """
    sent: QueuePlace | None = None
    while (now := context.now()) < min(room.closes_at, context.caller.claims.expires_at) and not closing.is_set():
        if await context.app.live_sessions.has_ended(context.caller.claims):
            return
        try:
            if await context.app.waiting_rooms.find(room.office_code) != room:
                return
            place = await place_in(context, room, sent.pass_ if sent else earlier_pass)
        except DependencyUnavailable as down:
            log.warning("event stream read failed", part=down.part)
        else:
            if sent is None or _differs(place, sent):
                yield ServerSentEvent(event=EVENT, data=place.model_dump_json(by_alias=True), sep="\n")
                sent = place
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds_until_news(room, sent, now, spread_of(person_of(context)))):
                await closing.wait()


def spread_of(person: str) -> float:
    """Between 0 and 1, evenly over all people, from the hexadecimal digits of a hash."""
    return int(person[:_DIGITS], 16) / _PARTS


def seconds_until_news(room: WaitingRoom, sent: QueuePlace | None, now: datetime, spread: float) -> float:
    """A twentieth of the time until the turn, within bounds; the opening, if that comes before."""
    if sent is None:
        return SOONEST_S
    until_opening = (room.opens_at - now).total_seconds()
    if until_opening > 0:
        return min(LATEST_S, until_opening + SPREAD_S * spread)
    return min(LATEST_S, max(SOONEST_S, (sent.estimated_at - now).total_seconds() / SHARE))


def _differs(place: QueuePlace, sent: QueuePlace) -> bool:
    """The estimate changes all the time; by a little it is no news."""
    if (place.place, place.admitted) != (sent.place, sent.admitted):
        return True
    if place.admitted:
        return place.pass_ != sent.pass_
    return abs((place.estimated_at - sent.estimated_at).total_seconds()) > SOONEST_S
