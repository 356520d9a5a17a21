"""Calls that hold their places in a queue until a test ends them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from api.limits.admission import FairQueue, SharedLimits
from process.clock import system_clock

LONG = 60.0


class Crowd:
    """Calls that hold their places until each is ended, in the order in which they got them."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.begun: list[str] = []
        self._ends: list[asyncio.Event] = []
        self._calls: list[asyncio.Task[None]] = []

    async def send(self, account: str, is_gone: Callable[[], Awaitable[bool]] | None = None) -> asyncio.Task[None]:
        call = asyncio.create_task(self._call(account, is_gone))
        self._calls.append(call)
        await asyncio.sleep(0)
        return call

    async def end_one(self) -> None:
        self._ends.pop(0).set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def end(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _call(self, account: str, is_gone: Callable[[], Awaitable[bool]] | None) -> None:
        async with self.queue.place(account, system_clock(), is_gone):
            ends = asyncio.Event()
            self.begun.append(account)
            self._ends.append(ends)
            await ends.wait()


@asynccontextmanager
async def crowd(
    *, at_once: int, each: int, longest: float = LONG, shared_limits: SharedLimits | None = None
) -> AsyncIterator[Crowd]:
    made = Crowd(FairQueue(at_once=at_once, each=each, timeout=longest, shared_limits=shared_limits))
    try:
        yield made
    finally:
        await made.end()
        # Whatever happened: no place and no account is left behind.
        assert (made.queue.running, made.queue.waiting) == (0, 0)
        assert not made.queue._running
        assert not made.queue._waiting
