"""The end of a worker: asked for by a signal, in order if everything lets go in time, and certain in any case."""

import asyncio
import signal
import sys
from datetime import timedelta
from typing import Never

import structlog

from process.exit import leave

GRACE = timedelta(seconds=10)
"""Tasks that are under way when the worker is asked to stop may take so long to finish."""
LONGEST_STOP = GRACE + timedelta(seconds=10)
"""Less than what Kubernetes and systemd leave a process before they kill it."""
NOT_IN_ORDER = 1

log = structlog.get_logger("worker")


def stopped_by_signals() -> asyncio.Event:
    """Is set by SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def leave_when_overdue(stopped: asyncio.Event, longest: timedelta = LONGEST_STOP) -> Never:
    """End the process if it still runs so long after `stopped`, with a trace of every task that held it.

    A worker that neither works nor ends would keep its place, and nothing would start another one.
    """
    await stopped.wait()
    await asyncio.sleep(longest.total_seconds())
    log.error("worker did not stop in order", within_s=longest.total_seconds())
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.print_stack(file=sys.stderr)
    leave(NOT_IN_ORDER)
