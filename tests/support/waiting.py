"""Waits for what happens in other tasks and processes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.005, 0.05
"""Most things happen at once; what takes longer is asked for less often."""


async def eventually(ask: Callable[[], Awaitable[T | None]], *, within: float = 15.0) -> T:
    """The first truthy result; fails at the timeout."""
    pause = FIRST_PAUSE_S
    async with asyncio.timeout(within):
        while not (answer := await ask()):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
    return answer
