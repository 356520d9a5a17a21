"""The end of a worker: asked for by a signal, in order if everything lets go in time, and certain in any case."""

import asyncio
import signal
from datetime import timedelta
from typing import Any, Never

import structlog

from process.exit import leave

GRACE = timedelta(seconds=10)
"""Tasks that are under way when the worker is asked to stop may take so long to finish."""
LONGEST_STOP = GRACE + timedelta(seconds=10)
"""Less than the samples of `deploy/` leave a worker before it is killed."""
NOT_IN_ORDER = 1

log = structlog.get_logger("worker")


def stopped_by_signals() -> asyncio.Event:
    """Is set by SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def leave_when_overdue(stopped: asyncio.Event, longest: timedelta = LONGEST_STOP) -> Never:
    """End the process if it still runs so long after `stopped`, and log where every task waits that held it.

    A worker that neither works nor ends would keep its place, and nothing would start another one. The SDK may be the
    reason: it waits for its last polls, which the server sometimes overlooks (temporal #9545, sdk-rust #1297).
    """
    await stopped.wait()
    await asyncio.sleep(longest.total_seconds())
    log.error("worker did not stop in order", within_s=longest.total_seconds())
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        log.error("worker held", awaiting=places_of(task))
    leave(NOT_IN_ORDER)


def places_of(task: asyncio.Task[Any]) -> list[str]:
    """Where a task waits: function, file and line, from the outermost coroutine to the innermost."""
    places: list[str] = []
    waiting: Any = task.get_coro()
    while frame := getattr(waiting, "cr_frame", None):
        places.append(f"{frame.f_code.co_qualname} {frame.f_code.co_filename}:{frame.f_lineno}")
        waiting = waiting.cr_await
    return places
