"""Waits for what happens in other tasks and processes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
ASK_EVERY_S = 0.05


async def eventually(ask: Callable[[], Awaitable[T | None]], *, within: float = 15.0) -> T:
    """The first truthy result; fails at the timeout."""
    async with asyncio.timeout(within):
        while not (answer := await ask()):  # noqa: ASYNC110 -- no event of this process says when it happens.
            await asyncio.sleep(ASK_EVERY_S)
    return answer
