"""Waiting rooms: whoever is there before the opening gets a random place, later ones follow in order."""

from typing import Annotated

import anyio
from fastapi import Header, Path
from sse_starlette import EventSourceResponse

from api.http.request_context import CurrentContext
from api.http.responses import Responses, responses_of_read, responses_of_write
from api.http.secured_route import area
from api.limits.streams import CountedStream
from api.operators.commands import operator_command
from api.preselections.event_endpoints import CLEANUP_SECONDS, GRACE_SECONDS, PING_SECONDS
from api.waiting_room.event_stream import places_of
from api.waiting_room.schemas import OpenedRoom, Queue, QueuePlace, WaitingRoomBody
from api.waiting_room.service import QUEUE_PASS, place_in, queue_of, room_of
from operations import waiting_rooms

router = area("/offices/{code}/queue", tags=["offices"])
operators_router = area("/operations/offices/{code}/queue", tags=["operations"])
Code = Annotated[str, Path(examples=["440300"])]
EarlierPass = Annotated[str, Header(alias=QUEUE_PASS)]

_EVENT = {
    "type": "object",
    "description": "The events of the stream.",
    "properties": {
        "event": {"const": "queue"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/QueuePlace"},
        },
    },
    "required": ["event", "data"],
}
_STREAM: Responses = {200: {"content": {"text/event-stream": {"schema": _EVENT}}}}


@router.get("", responses=responses_of_read("not_found"))
async def read_queue(context: CurrentContext) -> Queue:
    """Whether the office lets people in one after the other, and how many wait."""
    return await queue_of(context, context.office.code)


@router.post("", responses=responses_of_write("not_found", "queue_closed"))
async def join_queue(context: CurrentContext, queue_pass: EarlierPass = "") -> QueuePlace:
    """Take a place, or read it: a person has one, on every device. Before the opening nobody knows theirs."""
    return await place_in(context, await room_of(context, context.office.code), queue_pass)


@router.get(
    "/events", response_class=EventSourceResponse, responses=_STREAM | responses_of_read("not_found", "queue_closed")
)
async def stream_queue(context: CurrentContext, queue_pass: EarlierPass = "") -> CountedStream:
    """Event `queue`, data as `POST` answers: at once, and whenever the place, the turn or the estimate changes."""
    room = await room_of(context, context.office.code)
    closing, places, account = anyio.Event(), context.app.streams, context.caller.account()
    places.open(account, context.now())
    return CountedStream(
        places_of(context, room, queue_pass, closing),
        places=places,
        account=account,
        ping=PING_SECONDS,
        sep="\n",
        shutdown_event=closing,
        shutdown_grace_period=GRACE_SECONDS,
        cleanup_timeout=CLEANUP_SECONDS,
    )


@operators_router.post("", status_code=201, responses=responses_of_write("not_found"))
async def open_waiting_room(context: CurrentContext, code: Code, body: WaitingRoomBody) -> OpenedRoom:
    """Let people in one after the other from `opens_at` to `closes_at`, at most for a day. They may come before."""
    command = await operator_command(context, body.reason)
    room = await waiting_rooms.open_waiting_room(context.app.operations, code, body.opens_at, body.closes_at, command)
    context.app.waiting_rooms.forget()
    return OpenedRoom(opens_at=room.opens_at, closes_at=room.closes_at)
