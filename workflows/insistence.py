"""Deciding in the database, however long it is away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows.refusals import as_failure, as_refusal
from workflows.retries import DECIDING

LONGEST_PAUSE = timedelta(seconds=15)


async def insist(port: Any, build_order: Callable[[], Any]) -> Any:
    """Run a deciding activity until the database has decided; raises only a refusal, as a failure.

    Given up half-way, the row could be after the action and the workflow before it. So the same request goes on, at a
    later moment each time: whoever spent a chance while a part was down still gets the whole countdown.
    """
    pause = timedelta(seconds=1)
    while True:
        try:
            return await workflow.execute_local_activity(port, build_order(), **DECIDING)
        except FailureError as failure:
            if is_cancelled_exception(failure):
                raise
            refusal = as_refusal(failure)
            if refusal:
                raise as_failure(refusal) from None
        await workflow.sleep(pause, summary="等待数据库恢复 (a part is down)")
        pause = min(pause * 2, LONGEST_PAUSE)
