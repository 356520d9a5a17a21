"""Waiting rooms for operators."""

from datetime import datetime, timedelta

from domain.errors import NotFound
from domain.waiting_room import LONGEST, WaitingRoom
from operations.commands import OperatorCommand, invalid
from operations.context import OperationsContext


async def open_waiting_room(
    context: OperationsContext, code: str, opens_at: datetime, closes_at: datetime, command: OperatorCommand
) -> WaitingRoom:
    """Let people of this office in one after the other for a time. Raises `NotFound`, `ValidationFailed`."""
    command.require_reason()
    if opens_at < command.at:
        raise invalid("opens_at", "past")
    if opens_at > context.waiting_room_ahead.after(command.at):
        raise invalid("opens_at", "room_too_far")
    if not timedelta(0) < closes_at - opens_at <= LONGEST:
        raise invalid("closes_at", "period")
    room = WaitingRoom(command.id, code, opens_at, closes_at)
    is_new = await context.repositories.waiting_rooms.open(room, command.act)
    if is_new is None:
        raise NotFound
    if not is_new:
        raise invalid("opens_at", "room_overlap")
    return room


async def close_waiting_room(context: OperationsContext, code: str, command: OperatorCommand) -> WaitingRoom | None:
    """Close the office's waiting room that is open, or cancel the one that opens next; None where there is neither."""
    command.require_reason()
    return await context.repositories.waiting_rooms.close(command.id, code, command.act)
