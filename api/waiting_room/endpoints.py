"""Waiting rooms: whoever is there before the opening gets a random place, later ones follow in order."""

from functools import partial
from typing import Annotated

from fastapi import Header, Path
from sse_starlette import EventSourceResponse

from api.desk.schemas import ReasonBody
from api.http.event_streams import open_stream, published_stream
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.limits.streams import CountedStream
from api.operators.commands import operator_command
from api.waiting_room.event_stream import EVENT, places_of
from api.waiting_room.refusals import QueueClosed
from api.waiting_room.schemas import ClosedRoom, OpenedRoom, Queue, QueuePlace, WaitingRoomBody
from api.waiting_room.service import QUEUE_PASS, place_in, queue_of, room_of
from operations import waiting_rooms

router = area("/offices/{code}/queue", tags=["offices"])
operators_router = area("/operations/offices/{code}/queue", tags=["operations"])
Code = Annotated[str, Path(examples=["440300"])]
EarlierPass = Annotated[str, Header(alias=QUEUE_PASS)]

STREAM = published_stream(EVENT, QueuePlace.__name__) | responses_of_read("not_found", "queue_closed")


@router.get("", responses=responses_of_read("not_found"))
async def read_queue(context: CurrentContext) -> Queue:
    """Whether the office lets people in one after the other, and how many wait."""
    return await queue_of(context, context.office.code)


@router.post("", responses=responses_of_write("not_found", "queue_closed"))
async def join_queue(context: CurrentContext, queue_pass: EarlierPass = "") -> QueuePlace:
    """Take a place, or read it: a person has one, on every device. Before the opening nobody knows theirs."""
    return await place_in(context, await room_of(context, context.office.code), queue_pass)


@router.get("/events", response_class=EventSourceResponse, responses=STREAM)
async def stream_queue(context: CurrentContext, queue_pass: EarlierPass = "") -> CountedStream:
    """Event `queue`, data as `POST` answers: at once, and whenever the place, the turn or the estimate changes."""
    room = await room_of(context, context.office.code)
    return open_stream(context, partial(places_of, context, room, queue_pass))


@operators_router.post("", status_code=201, responses=responses_of_write("not_found"))
async def open_waiting_room(context: CurrentContext, code: Code, body: WaitingRoomBody) -> OpenedRoom:
    """Let people in one after the other from `opens_at` to `closes_at`, at most for a day. They may come before.

    `opens_at` may be thirty days ahead, or as long as the deployment's `waiting_room_ahead` allows.
    """
    command = await operator_command(context, body.reason)
    room = await waiting_rooms.open_waiting_room(context.app.operations, code, body.opens_at, body.closes_at, command)
    context.app.waiting_rooms.forget()
    return OpenedRoom(opens_at=room.opens_at, closes_at=room.closes_at)


@operators_router.post("/closing", responses=responses_of_write("queue_closed"))
async def close_waiting_room(context: CurrentContext, code: Code, body: ReasonBody) -> ClosedRoom:
    """Close the room that is open, or cancel the one that opens next: from now on nobody needs a pass."""
    command = await operator_command(context, body.reason)
    room = await waiting_rooms.close_waiting_room(context.app.operations, code, command)
    context.app.waiting_rooms.forget()
    if room is None:
        raise QueueClosed
    return ClosedRoom(opens_at=room.opens_at, closes_at=room.closes_at, was_open=room.is_open(command.at))
