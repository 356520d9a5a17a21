"""The schedule of maintenance is there as long as a worker runs, and one that stands still is reported."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict
from temporalio.client import Client, ScheduleHandle
from temporalio.service import RPCError

from process.clock import system_clock
from tests.support.maintenance import schedule_exists
from tests.support.waiting import eventually
from worker.schedules import keep_schedule
from workflows.maintenance.schedule import STANDSTILL, ensure_schedule

QUEUE = "nobody-works-here"
OFTEN = timedelta(milliseconds=50)


@pytest.fixture
async def schedule(temporal_client: Client) -> AsyncIterator[ScheduleHandle]:
    handle = temporal_client.get_schedule_handle(f"upkeep-{uuid4()}")
    await ensure_schedule(temporal_client, QUEUE, schedule_id=handle.id)
    yield handle
    with suppress(RPCError):
        await handle.delete()


@asynccontextmanager
async def keep_in_background(
    client: Client, schedule: ScheduleHandle, *, ahead: timedelta = timedelta(0)
) -> AsyncIterator[None]:
    """As a worker does it, but often; its clock may be ahead."""
    keeping = asyncio.create_task(
        keep_schedule(client, QUEUE, schedule_id=schedule.id, every=OFTEN, clock=lambda: system_clock() + ahead)
    )
    yield
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def is_reported(logs: list[EventDict], event: str) -> bool:
    return any(entry["event"] == event for entry in logs)


async def test_a_schedule_that_is_lost_is_created_again_by_a_running_worker(
    temporal_client: Client, schedule: ScheduleHandle
) -> None:
    await schedule.delete()
    with capture_logs() as logs:
        async with keep_in_background(temporal_client, schedule):
            await eventually(lambda: schedule_exists(schedule))
            await eventually(lambda: is_reported(logs, "maintenance schedule was missing"))


async def test_what_operators_have_paused_stays_paused_and_is_reported_when_it_stands_still(
    temporal_client: Client, schedule: ScheduleHandle
) -> None:
    await schedule.pause(note="operators' own")
    with capture_logs() as logs:
        async with keep_in_background(temporal_client, schedule, ahead=STANDSTILL + OFTEN):
            await eventually(lambda: is_reported(logs, "maintenance does not run"))
    assert (await schedule.describe()).schedule.state.paused
    assert logs[0]["paused"]


async def test_maintenance_that_has_run_lately_is_not_reported(
    temporal_client: Client, schedule: ScheduleHandle
) -> None:
    with capture_logs() as logs:
        async with keep_in_background(temporal_client, schedule):
            await asyncio.sleep(10 * OFTEN.total_seconds())
    assert not logs
