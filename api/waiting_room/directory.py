"""The waiting rooms that have not closed, for every `start`: kept for a second, for they rarely change."""

from collections.abc import Sequence
from datetime import timedelta

from api.cached_value import CachedValue
from domain.waiting_room import WaitingRoom
from process.clock import Clock
from storage.waiting_room.rooms import WaitingRooms

KEPT_FOR = timedelta(seconds=1)


class RoomDirectory:
    """All waiting rooms that have not closed, read again when they are older than `KEPT_FOR`."""

    def __init__(self, rooms: WaitingRooms, clock: Clock) -> None:
        self._rooms = rooms
        self._clock = clock
        self._reading = CachedValue(self._not_closed, clock, KEPT_FOR)
        self.forget = self._reading.forget

    async def find(self, office_code: str) -> WaitingRoom | None:
        """The office's room that is open, or opens next."""
        rooms, now = await self._reading.get(), self._clock()
        return next((room for room in rooms if room.office_code == office_code and now < room.closes_at), None)

    async def _not_closed(self) -> Sequence[WaitingRoom]:
        return await self._rooms.ending_after(self._clock())
