"""Simulated time: one clock for API and worker, and Temporal's skipped time of each workflow.

Every workflow has its own time in Temporal, which can only go forward. A new one begins at the machine's time
and is moved to the simulated time with its first task. Later it may be behind the clock: then an activity takes the
clock's time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import temporalio.client
import temporalio.worker
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.testing._timeskipping import FastForwardConfig

from process.clock import system_clock

_LEAST = timedelta(seconds=1)
_LOOK_EVERY_S = 0.02
_TASK_TIMEOUT = timedelta(minutes=2)
"""The most that the server grants."""

_STOPPED = TimeSkippingConfig(enabled=False, disable_propagation=True)


class SimulatedClock:
    """Runs like the machine's clock, from the instant to which it was moved; it never goes back."""

    def __init__(self, begins: datetime) -> None:
        self._ahead = begins - system_clock()

    def __call__(self) -> datetime:
        return system_clock() + self._ahead

    @property
    def ahead(self) -> timedelta:
        """How far it is ahead of the machine's."""
        return self._ahead

    def move_to(self, at: datetime) -> None:
        assert at >= self(), "time goes forward"
        self._ahead = at - system_clock()


class AtLeastNow(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """An activity's time is the later one of its workflow's and the clock's."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock

    def intercept_activity(
        self,
        next: temporalio.worker.ActivityInboundInterceptor,  # noqa: A002 (the SDK's own name)
    ) -> temporalio.worker.ActivityInboundInterceptor:
        return _AtLeastNow(next, self._clock)

    def intercept_client(
        self,
        next: temporalio.client.OutboundInterceptor,  # noqa: A002 (the same)
    ) -> temporalio.client.OutboundInterceptor:
        return _LongTasks(next)


class _LongTasks(temporalio.client.OutboundInterceptor):
    """Workflows wait long for a busy worker: while a lost task is waited for, a skip goes on to its end."""

    async def start_workflow(self, input: temporalio.client.StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 (the same)
        input.task_timeout = _TASK_TIMEOUT
        return await super().start_workflow(input)

    async def start_update_with_start_workflow(
        self,
        input: temporalio.client.StartWorkflowUpdateWithStartInput,  # noqa: A002 (the same)
    ) -> temporalio.client.WorkflowUpdateHandle[Any]:
        input.start_workflow_input.task_timeout = _TASK_TIMEOUT
        return await super().start_update_with_start_workflow(input)


class _AtLeastNow(temporalio.worker.ActivityInboundInterceptor):
    def __init__(self, following: temporalio.worker.ActivityInboundInterceptor, clock: SimulatedClock) -> None:
        super().__init__(following)
        self._clock = clock

    async def execute_activity(self, input: temporalio.worker.ExecuteActivityInput) -> Any:  # noqa: A002 (the same)
        input.args = [self._current(argument) for argument in input.args]
        return await super().execute_activity(input)

    def _current(self, message: Any) -> Any:
        if not is_dataclass(message) or isinstance(message, type):
            return message
        now, names = self._clock(), {field.name for field in fields(message)}
        times = {name: getattr(message, name) for name in ("at", "first_at") if name in names}
        return replace(message, **{name: max(time, now) for name, time in times.items() if isinstance(time, datetime)})


class Skipper(TimeSkipper):
    """Workflows that `client` starts are moved to the clock's time; afterwards they stand still between skips."""

    def __init__(self, client: Client, clock: SimulatedClock) -> None:
        super().__init__(client, config=_STOPPED)
        self._clock = clock

    @property
    def config(self) -> TimeSkippingConfig:
        forward = FastForwardConfig(str(uuid4()), max(self._clock.ahead, _LEAST))
        return TimeSkippingConfig(enabled=True, fast_forward_config=forward, disable_propagation=True)

    @config.setter
    def config(self, value: TimeSkippingConfig) -> None:
        raise AttributeError(f"it follows from the clock: {value}")

    async def move_to(self, workflow_id: str, at: datetime) -> None:
        """Let a workflow's time pass until `at`; nothing for one that has ended or never began.

        It passes from countdown to countdown. A skip goes on in the run that a countdown has led to, and would pass the
        countdowns of that run, which it does not have before its first task.
        """
        handle: WorkflowHandle[Any, Any] = self.client.get_workflow_handle(workflow_id)
        try:
            while await self.get_current_time(handle) < at:
                end = min([at, *await self._countdowns(handle)])
                await self.fast_forward(handle, max(end - await self.get_current_time(handle), _LEAST))
        except RPCError as error:
            if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                raise

    async def _countdowns(self, handle: WorkflowHandle[Any, Any]) -> list[datetime]:
        """The ends of its countdowns, once it is not at work any more."""
        while (ends := await self._countdowns_at_rest(handle)) is None:  # noqa: ASYNC110 -- the server says when it ends.
            await asyncio.sleep(_LOOK_EVERY_S)
        return ends

    async def _countdowns_at_rest(self, handle: WorkflowHandle[Any, Any]) -> list[datetime] | None:
        """None while it has a task, or will have one at once: a skip might not stop for what that starts.

        After continue-as-new the first task comes a second later, and a timer fires some time after its end.
        """
        events = [event async for event in handle.fetch_history_events()]
        run = (await handle.describe()).raw_description
        # Whatever has happened since the events were read may have started something.
        has_gone_on = run.workflow_execution_info.history_length != len(events)
        if has_gone_on or run.HasField("pending_workflow_task") or run.pending_activities:
            return None
        if not any(event.HasField("workflow_task_scheduled_event_attributes") for event in events):
            return None
        ends, now = _running_timers(events), await self.get_current_time(handle)
        return None if any(end <= now for end in ends) else ends


def _running_timers(events: Sequence[HistoryEvent]) -> list[datetime]:
    """The ends of the timers of a run that have neither fired nor been cancelled."""
    ends = dict[str, datetime]()
    for event in events:
        if event.HasField("timer_started_event_attributes"):
            timer = event.timer_started_event_attributes
            began = event.event_time.ToDatetime(tzinfo=UTC)
            ends[timer.timer_id] = began + timer.start_to_fire_timeout.ToTimedelta()
        elif event.HasField("timer_fired_event_attributes"):
            del ends[event.timer_fired_event_attributes.timer_id]
        elif event.HasField("timer_canceled_event_attributes"):
            del ends[event.timer_canceled_event_attributes.timer_id]
    return list(ends.values())
