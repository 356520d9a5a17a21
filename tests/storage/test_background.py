"""Background tasks end when a process stops them, even if a driver loses the first cancellation."""

import asyncio

from domain.dependencies import DependencyUnavailable
from storage.background import end_tasks


async def go_on_after_errors(losses: int) -> None:
    """Like the tasks of a process, with a driver that turns so many cancellations into errors."""
    while True:
        try:
            await call_of_a_driver(loses=losses > 0)
        except DependencyUnavailable:
            losses -= 1


async def call_of_a_driver(*, loses: bool) -> None:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        if not loses:
            raise
        raise DependencyUnavailable("redis") from None


async def test_tasks_end_also_when_a_driver_loses_cancellations() -> None:
    tasks = [asyncio.create_task(go_on_after_errors(losses)) for losses in (0, 1, 2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end_tasks(*tasks)
    assert all(task.cancelled() for task in tasks)


async def test_a_task_that_had_failed_or_none_is_no_error() -> None:
    failed = asyncio.create_task(call_that_fails())
    await asyncio.wait([failed])
    await end_tasks(failed)
    assert isinstance(failed.exception(), ZeroDivisionError)
    await end_tasks()


async def call_that_fails() -> None:
    raise ZeroDivisionError
