"""Queues of parallel requests for one plate in one process, which save statements that can't succeed.

The database decides who has a plate, however many processes ask. But a request that waits here while another one gets
the plate does not need a statement, which would wait for the winner's and then be rolled back.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from storage.failures import ClaimLost


class _Queue:
    """The waiting requests for a plate; `given` counts how often one of them saw it claimed, by itself or by others."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.given = 0


class PlateQueues:
    """One queue for each plate; an empty queue is removed, because the state of a plate may change any time."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()

    @asynccontextmanager
    async def wait_turn(self, plate: str) -> AsyncIterator[bool]:
        """Wait for one's turn. Yields whether the plate may be free: nobody claimed it meanwhile.

        A request that leaves with the plate, or with `ClaimLost`, has seen it claimed.
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
