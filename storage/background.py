"""Tasks that a process keeps running beside its calls, and how they end."""

import asyncio
from typing import Any

_AGAIN_S = 0.2


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel the tasks until all have ended; what they raise is theirs.

    Once is not enough: a driver that is closing a connection may turn the cancellation into another error, which
    a task that goes on after errors survives.
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_AGAIN_S)
