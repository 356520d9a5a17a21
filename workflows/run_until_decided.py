"""Deciding in the database, however long it is unavailable."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows.refusals import ROW_MISSING, application_error
from workflows.retries import DECIDING, LocalRetry

LONGEST_PAUSE = timedelta(seconds=15)


class RowMissing(Exception):
    """The database has no such row. It fails the workflow task, which Temporal retries: history stays as it is."""


async def run_until_decided(
    port: Any, build_arguments: Callable[[], Sequence[Any]], *, options: LocalRetry = DECIDING
) -> Any:
    """Run a deciding activity until the database has decided; raises only what is final: a refusal, as a failure.

    Given up half-way, the row could be after the action and the workflow before it. So the same request goes on, at a
    later time each: whoever spent a chance while a dependency was down still gets the whole countdown.
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
