"""Decisions are made for our own workflows only.

Whoever reaches Temporal can schedule any activity on our task queue for another workflow, with invented times.
Our workflows run what decides as local activities, which the worker of the workflow starts: nobody else can.
"""

from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import Forbidden

NOT_LOCAL = frozenset({"texts.send", "deadlines.postpone"})
"""What Temporal may schedule, with the steps of maintenance: none of them trusts the message."""

_MAINTENANCE = "upkeep."


class LocalDecisions(Interceptor):
    """Refuses every other activity that Temporal has scheduled. Raises `Forbidden`."""

    def intercept_activity(self, following: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Gate(following)


class _Gate(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 (the SDK's own name)
        info = activity.info()
        if not (info.is_local or info.activity_type in NOT_LOCAL or info.activity_type.startswith(_MAINTENANCE)):
            raise Forbidden
        return await super().execute_activity(input)
