"""Retries a decision until the database has made it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows.refusals import ROW_MISSING, application_error
from workflows.retries import DECIDING, LocalRetry

LONGEST_PAUSE = timedelta(seconds=15)


class RowMissing(Exception):
    """The database has no such row. It fails the workflow task, which Temporal retries without new history."""


async def run_until_decided(
    port: Any, build_arguments: Callable[[], Sequence[Any]], *, options: LocalRetry = DECIDING
) -> Any:
    """Run a deciding activity until the database has decided; raises only refusals, as failures.

    If it gave up, the row could be after the act and the workflow before it. So it repeats the same request, each time
    with a later time: a draw during an outage still gets its whole countdown.
    """
    pause = timedelta(seconds=1)
    while True:
        try:
            return await workflow.execute_local_activity(port, args=build_arguments(), **options)
        except FailureError as failure:
            if is_cancelled_exception(failure):
                raise
            error = application_error(failure)
            if error and error.type == ROW_MISSING:
                raise RowMissing(error.message) from None
            if error and error.non_retryable:
                raise error from None
        await workflow.sleep(pause, summary="等待数据库恢复 (a dependency is unavailable)")
        pause = min(pause * 2, LONGEST_PAUSE)
