"""Work that a worker repeats beside its workflows, as long as its clock and the database's agree."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from activities.failures import ClockSkew
from domain.dependencies import DependencyUnavailable
from storage.postgres import clocks
from worker.container import WorkerContainer

log = structlog.get_logger("worker")
REPEAT_EVERY = timedelta(seconds=2)


async def repeat(container: WorkerContainer, work: Callable[[datetime], Awaitable[None]], failure: str) -> None:
    """Do the work every two seconds, so that an emptied Redis is rebuilt within ten; `failure` is for the log."""
    while True:
        try:
            await work(await agreed_time(container))
        except DependencyUnavailable as down:
            log.warning(failure, part=down.part)
        except ClockSkew:
            log.warning(failure, clock="not the database's")
        except Exception:
            # The edge of this task: one bad row must not stop the work on everything else.
            log.exception(failure)
        await asyncio.sleep(REPEAT_EVERY.total_seconds())


async def agreed_time(container: WorkerContainer) -> datetime:
    """The worker's time. Raises `ClockSkew` if it is not the database's: holds would end early, and segments open."""
    now = await clocks.agreed_time(container.repositories.database, container.clock, container.clock_skew)
    if now is None:
        raise ClockSkew
    return now
