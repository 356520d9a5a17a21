"""`xuanhao queue …`: the waiting rooms of offices."""

from typing import Any

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.options import Instant, Reason
from cli.output import Output
from domain.waiting_room import WaitingRoom
from operations import waiting_rooms

NONE_TO_CLOSE = "the office has no waiting room that is open or will open"

app = area("queue")


@app.command(name="list")
async def list_rooms(*, context: Context) -> Output:
    """List the waiting rooms that are open or will open."""
    rooms = await context.operations.repositories.waiting_rooms.ending_after(context.now)
    return Output([_record(room) | {"open": room.is_open(context.now)} for room in rooms])


@app.command(name="open")
async def open_room(
    code: str, opens_at: Instant, closes_at: Instant, /, *, reason: Reason, context: OperatorContext
) -> Output:
    """Let people of an office in one after the other between two instants, at most for a day."""
    room = await waiting_rooms.open_waiting_room(context.operations, code, opens_at, closes_at, context.command(reason))
    return Output([_record(room)])


@app.command(name="close")
async def close_room(code: str, /, *, reason: Reason, context: OperatorContext) -> Output:
    """Close the office's waiting room that is open, or cancel the one that opens next."""
    room = await waiting_rooms.close_waiting_room(context.operations, code, context.command(reason))
    return Output([], [NONE_TO_CLOSE], 1) if room is None else Output([_record(room)])


def _record(room: WaitingRoom) -> dict[str, Any]:
    return {"office_code": room.office_code, "opens_at": room.opens_at, "closes_at": room.closes_at}
