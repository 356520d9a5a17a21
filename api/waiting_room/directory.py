"""The waiting rooms that have not closed, for every `start`: kept for a second, for they rarely change."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.waiting_room import WaitingRoom
from process.clock import Clock
from storage.waiting_room.rooms import WaitingRooms

KEPT_FOR = timedelta(seconds=1)


class RoomDirectory:
    """All waiting rooms that have not closed, read again when they are older than `KEPT_FOR`."""

    def __init__(self, rooms: WaitingRooms, clock: Clock) -> None:
        self._rooms = rooms
        self._clock = clock
        self._known: Sequence[WaitingRoom] = ()
        self._read_at: datetime | None = None
        self._one_reader = asyncio.Lock()

    async def find(self, office_code: str) -> WaitingRoom | None:
        """The office's room that is open, or opens next."""
        now = self._clock()
        return next(
            (room for room in await self._fresh(now) if room.office_code == office_code and now < room.closes_at), None
        )

    def forget(self) -> None:
        """Read the rooms again for the next caller: this process has opened one."""
        self._read_at = None

    async def _fresh(self, now: datetime) -> Sequence[WaitingRoom]:
        async with self._one_reader:
            if self._read_at is None or not timedelta(0) <= now - self._read_at < KEPT_FOR:
                self._known = await self._rooms.ending_after(now)
                self._read_at = now
        return self._known
