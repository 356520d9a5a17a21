"""Rivals for one plate in one process take turns, and who gets it spares the others a statement in vain.

The database decides who has a plate, however many processes ask. But whoever waits here while somebody else is given
the plate need not be told by the database, whose statement would wait for the winner's and then be undone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from storage.failures import ClaimLost


class _Queue:
    """Those who are after a plate just now; `given` is how often one of them saw it go, to oneself or to others."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.given = 0


class PlateQueues:
    """One queue for each plate; it is gone when nobody is in it, for what was true of a plate may change any time."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()

    @asynccontextmanager
    async def at(self, plate: str) -> AsyncIterator[bool]:
        """Wait until it is one's turn. Yields whether the plate may be free: it did not go while one was waiting.

        Whoever leaves with the plate, or with `ClaimLost`, has seen it go.
        """
        queue = self._queues.get(plate)
        if queue is None:
            queue = self._queues[plate] = _Queue()
        given = queue.given
        async with queue.lock:
            if queue.given > given:
                yield False
                return
            try:
                yield True
            except ClaimLost:
                queue.given += 1
                raise
            queue.given += 1
