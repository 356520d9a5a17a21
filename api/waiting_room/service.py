"""A person's place in an office's waiting room, and the pass that `start` demands while it is open."""

from api.http.request_context import RequestContext
from api.preselections.views import state_of
from api.waiting_room.passes import QueuePass, read_pass, sign
from api.waiting_room.refusals import QueueClosed
from api.waiting_room.schemas import Queue, QueuePlace
from domain.errors import Forbidden
from domain.preselection.values import Stage
from domain.waiting_room import WaitingRoom

QUEUE_PASS = "Queue-Pass"  # noqa: S105 -- the name of a header


async def queue_of(context: RequestContext, office_code: str) -> Queue:
    room, now = await context.app.waiting_rooms.find(office_code), context.now()
    if room is None:
        return Queue(open=False, opens_at=None, length=0)
    progress = await context.repositories.waiting_places.look(room, now, is_busy=_is_busy(context))
    return Queue(open=room.is_open(now), opens_at=room.opens_at, length=progress.waiting)


async def room_of(context: RequestContext, office_code: str) -> WaitingRoom:
    """Raises `QueueClosed`."""
    room = await context.app.waiting_rooms.find(office_code)
    if room is None:
        raise QueueClosed
    return room


async def place_in(context: RequestContext, room: WaitingRoom, earlier_pass: str) -> QueuePlace:
    """The caller's place: one for each person, whichever device they use.

    `earlier_pass` keeps the time of arrival where the server has lost it.
    """
    now, person = context.now(), person_of(context)
    known = read_pass(earlier_pass, context.repositories.hashes.keyed)
    arrived_at = known.arrived_at if known and known.is_of(room.id, person) else now
    standing = await context.repositories.waiting_places.join(
        room, person, now, arrived_at=arrived_at, is_busy=_is_busy(context)
    )
    given = QueuePass(room.id, person, standing.arrived_at, standing.pass_ends)
    is_drawn = room.is_open(now)
    return QueuePlace(
        place=standing.place if is_drawn else None,
        admitted=is_drawn and standing.pass_ends is not None,
        estimated_at=standing.estimated_at(room, now),
        pass_=sign(given, context.repositories.hashes.keyed),
    )


async def require_pass(context: RequestContext, office_code: str, given: str) -> None:
    """Raises `Forbidden` while the office's waiting room is open and has not let the caller in.

    A repeat needs no pass if the first attempt has acted; else a pass that was valid may have run out since.
    """
    room, now = await context.app.waiting_rooms.find(office_code), context.now()
    if room is None or not room.is_open(now):
        return
    if context.is_repeat and state_of(context.preselection, now).stage is not Stage.SERVICE_NOTES:
        return
    known, person = read_pass(given, context.repositories.hashes.keyed), person_of(context)
    if known is not None and known.lets_in(room.id, person, now):
        return
    if known is None or not context.is_repeat or not known.had_turn(room.id, person):
        raise Forbidden


def person_of(context: RequestContext) -> str:
    """The caller's keyed hash, the same for all accounts of a person and after every key rotation."""
    return context.caller.person_hash.stable.hex()


def _is_busy(context: RequestContext) -> bool:
    return context.app.admission.writes.is_full
