"""Translates errors at the activity boundary."""

from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.dependencies import DependencyUnavailable
from domain.errors import Refusal
from workflows.refusals import NO_MISSED_DEADLINE, ROW_MISSING, as_failure

log = structlog.get_logger("activities")


class RowMissing(ApplicationError):
    """There is no such row: the database was restored, or another installation shares the task queue."""

    def __init__(self, row_id: str) -> None:
        super().__init__(f"no row {row_id} in this database", type=ROW_MISSING)


class ClockSkew(ApplicationError):
    """The workflow's time and the worker's clock differ by more than `XUANHAO_CLOCK_SKEW`."""

    def __init__(self) -> None:
        super().__init__("the workflow's time is not about now by this worker's clock", type="clock_skew")


class NoMissedDeadline(ApplicationError):
    """The row has no deadline that was missed by this worker's clock: nobody is banned for another one's word."""

    def __init__(self) -> None:
        super().__init__("no deadline was missed", type=NO_MISSED_DEADLINE, non_retryable=True)


class SmsRefused(ApplicationError):
    """The provider will never take this SMS; the reason is its code."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the SMS was refused: {reason}", type="sms_refused", non_retryable=True)


class FailureInterceptor(Interceptor):
    """Refusals are not retried; an unavailable dependency is retried, and not logged as an error."""

    def intercept_activity(self, following: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Boundary(following)


class _Boundary(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 (the SDK's own name)
        try:
            return await super().execute_activity(input)
        except Refusal as refusal:
            raise as_failure(refusal) from None
        except DependencyUnavailable as down:
            raise ApplicationError(str(down), type="part_down", category=ApplicationErrorCategory.BENIGN) from None
        except (SQLAlchemyError, psycopg.Error) as error:
            # A driver's text quotes rows, and Temporal stores the failure: the exception's type is enough.
            log.exception("database refused", activity=activity.info().activity_type)
            raise ApplicationError("the database refused", type=type(error).__name__) from None
