"""Where a refusal, and a part that is down, leave an activity: as failures that the workflow understands."""

from typing import Any

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import Refusal
from gateways.failures import GatewayDown
from storage.failures import PartDown
from workflows.refusals import as_failure

log = structlog.get_logger("activities")


class RefusalInterceptor(Interceptor):
    """Refusals are answers and are not tried again; a part that is down is tried again, and is no noise in the log."""

    def intercept_activity(self, following: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Border(following)


class _Border(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 (the SDK's own name)
        try:
            return await super().execute_activity(input)
        except Refusal as refusal:
            raise as_failure(refusal) from None
        except (PartDown, GatewayDown) as down:
            raise ApplicationError(str(down), type="part_down", category=ApplicationErrorCategory.BENIGN) from None
        except (SQLAlchemyError, psycopg.Error) as error:
            # A driver's text quotes rows, and what leaves here is kept in Temporal: its kind is enough.
            log.exception("database refused", activity=activity.info().activity_type)
            raise ApplicationError("the database refused", type=type(error).__name__) from None
