"""The Temporal schedules of the service. Any worker may create them at any time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Never

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from domain.instants import format_instant
from process.clock import Clock, system_clock
from workflows.maintenance.types import MaintenanceInput
from workflows.maintenance.workflow import MaintenanceWorkflow

SCHEDULE_ID = "upkeep"
EVERY = timedelta(minutes=1)
# A run that hangs would prevent all later runs.
LONGEST_RUN = timedelta(minutes=30)
STANDSTILL = timedelta(minutes=5)
"""Without a run for so long something is wrong, or an operator has paused the schedule."""

log = structlog.get_logger("worker")


async def ensure_schedule(client: Client, task_queue: str, *, schedule_id: str = SCHEDULE_ID) -> None:
    """Create or update the schedule of maintenance. If an operator has paused it, it stays paused."""
    wanted = _maintenance_schedule(task_queue, schedule_id)
    try:
        await client.create_schedule(schedule_id, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(lambda found: _schedule_update(wanted, found))


async def keep_schedule(
    client: Client,
    task_queue: str,
    *,
    schedule_id: str = SCHEDULE_ID,
    every: timedelta = EVERY,
    clock: Clock = system_clock,
) -> Never:
    """Create the schedule whenever it is missing, as after a loss of Temporal's state, and report if it stands still.

    Maintenance itself can't notice that it does not run.
    """
    while True:
        await asyncio.sleep(every.total_seconds())
        try:
            await _check_schedule(client, _maintenance_schedule(task_queue, schedule_id), schedule_id, clock())
        except RPCError as error:
            log.warning("maintenance schedule not checked", status=error.status.name)


async def _check_schedule(client: Client, wanted: Schedule, schedule_id: str, at: datetime) -> None:
    try:
        await client.create_schedule(schedule_id, wanted)
        log.warning("maintenance schedule was missing")
    except ScheduleAlreadyRunningError:
        await _report_standstill(client.get_schedule_handle(schedule_id), at)


async def _report_standstill(schedule: ScheduleHandle, at: datetime) -> None:
    found = await schedule.describe()
    last = max((action.started_at for action in found.info.recent_actions), default=found.info.created_at)
    if not found.info.running_actions and at - last > STANDSTILL:
        log.warning("maintenance does not run", paused=found.schedule.state.paused, last=format_instant(last))


def _maintenance_schedule(task_queue: str, schedule_id: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            MaintenanceWorkflow.run,
            MaintenanceInput(),
            # Temporal appends the instant, so that operators can distinguish runs in the list.
            id=schedule_id,
            task_queue=task_queue,
            execution_timeout=LONGEST_RUN,
            static_summary="日常维护 (upkeep)",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        # The next run does what was missed while Temporal was unavailable.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY),
    )


def _schedule_update(wanted: Schedule, found: ScheduleUpdateInput) -> ScheduleUpdate:
    return ScheduleUpdate(schedule=replace(wanted, state=found.description.schedule.state))
