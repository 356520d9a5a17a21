"""Keeps the Temporal schedule of maintenance while a worker runs."""

import asyncio
from datetime import datetime, timedelta
from typing import Never

import structlog
from temporalio.client import Client, Schedule, ScheduleAlreadyRunningError, ScheduleHandle
from temporalio.service import RPCError

from domain.instants import format_instant
from process.clock import Clock, system_clock
from workflows.maintenance.schedule import EVERY, SCHEDULE_ID, last_run_of, maintenance_schedule, stands_still

log = structlog.get_logger("worker")


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
            await _check_schedule(client, maintenance_schedule(task_queue, schedule_id), schedule_id, clock())
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
    if stands_still(found, at):
        last = format_instant(last_run_of(found))
        log.warning("maintenance does not run", paused=found.schedule.state.paused, last=last)
