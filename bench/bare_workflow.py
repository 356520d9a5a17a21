"""A workflow with as many updates, timers and activities of each kind as the shortest journey has, all empty.

Its history has the same events as the real one except changes of search attributes (a test compares them). It has none
of the real one's rules, state, writes and details for operators.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from workflows.retries import DECIDING, NOTIFICATION

A_WHILE = timedelta(hours=1)
"""Longer than any measurement: as in the real journey, no timer fires."""


@activity.defn(name="bare.nothing")
async def nothing() -> None:
    """The empty activity, called as a local one and as a normal one."""


@workflow.defn(name="Bare")
class BareWorkflow:
    @workflow.init
    def __init__(self) -> None:
        self._timers: list[asyncio.Task[None]] = []
        self._texts: list[Any] = []

    @workflow.run
    async def run(self) -> None:
        # Like a vehicle with a reserved plate it keeps running after its journey.
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def begin(self) -> None:
        await self._decide(timers=1)

    @workflow.update
    async def start(self) -> None:
        await self._decide()

    @workflow.update
    async def send_identity_code(self) -> None:
        await self._decide()

    @workflow.update
    async def confirm_identity(self) -> None:
        await self._decide(timers=2)

    @workflow.update
    async def draw(self) -> None:
        await self._decide(timers=1)

    @workflow.update
    async def put_aside(self) -> None:
        await self._decide(timers=1)

    @workflow.update
    async def confirm(self) -> None:
        """A reserved plate ends all countdowns but the first; the SMS is sent after the update has returned."""
        await self._decide(timers=1)
        for timer in self._timers[1:-1]:
            timer.cancel()
        self._texts.append(workflow.start_activity(nothing, **NOTIFICATION))

    async def _decide(self, *, timers: int = 0) -> None:
        await workflow.execute_local_activity(nothing, **DECIDING)
        for _ in range(timers):
            self._timers.append(asyncio.create_task(workflow.sleep(A_WHILE)))
