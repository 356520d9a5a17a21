"""A worker whose clock is far behind denies no missed deadline, and asks for the end of a ban now and then only."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from activities.bans import BanActivities
from activities.failures import ClockSkew
from embedded.valkey import Valkey
from process.clock import system_clock
from storage.bans.repository import NewBan
from storage.crypto.vault import Keys
from tests.support.bans import BanRun, ban_of
from tests.support.phones import Phone
from tests.support.workers import running_worker, worker_container
from tests.support.world import World
from workflows.messages import BlacklistInput
from workflows.ports import BanInput
from workflows.start_options import ban_options

pytestmark = pytest.mark.slow

HOUR, SHORT = timedelta(hours=1), timedelta(seconds=2)
WITHIN_S = 6
FEW_EVENTS = 60
"""When the end was asked for as fast as Temporal can, there were twice as many, and 51,200 at last: its limit."""


@dataclass
class MovedClock:
    offset: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return system_clock() + self.offset


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def world_of_clock(
    database_url: str, valkey: Valkey, key_file: Path, temporal_client: Client, clock: MovedClock
) -> AsyncIterator[World]:
    """Real time, and a worker with this clock."""
    phone, queue = Phone(), f"wrong-clocks-{uuid4()}"
    container = replace(worker_container(database_url, valkey.url(), Keys.from_file(key_file), phone), clock=clock)
    async with running_worker(container, temporal_client, queue):
        yield World(container, temporal_client, queue, phone)


async def test_a_missed_deadline_stays_missed_for_a_worker_that_is_far_behind(
    world_of_clock: World, clock: MovedClock
) -> None:
    vehicle = await world_of_clock.reach_selection(await world_of_clock.office("A123!"), validity="PT1S")
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    ban = await ban_of(vehicle)
    repos, given = world_of_clock.repositories, BanInput(str(vehicle.id), system_clock())
    worker_clock = world_of_clock.container.worker_clock
    activities = BanActivities(repos.bans, repos.preselections, repos.message_seals, worker_clock)
    clock.offset = -HOUR
    with pytest.raises(ClockSkew):
        await activities.ban(given)
    clock.offset = timedelta(0)
    assert (await activities.ban(given)).entry_id == str(ban.id)


async def test_a_worker_that_is_far_behind_asks_seldom_and_the_ban_ends_when_its_clock_is_right(
    world_of_clock: World, clock: MovedClock
) -> None:
    vehicle = await world_of_clock.reach_selection(await world_of_clock.office("A123!"))
    row, now = await vehicle.row(), system_clock()
    ban = NewBan(uuid4(), row.party_hash, "张*", now, now + SHORT, row.id)
    await world_of_clock.repositories.bans.ban(ban)
    run = BanRun(world_of_clock, ban.id)
    handle = await world_of_clock.client.start_workflow(
        "Blacklist",
        BlacklistInput(str(ban.id)),
        task_queue=world_of_clock.task_queue,
        **ban_options(str(ban.id), row.office_code),
    )
    clock.offset = -HOUR
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(WITHIN_S):
            await handle.result()
    assert len((await handle.fetch_history()).events) < FEW_EVENTS
    assert (await ban_of(vehicle)).released_at is None
    clock.offset = timedelta(0)
    await run.wait_for_end()
    assert (await ban_of(vehicle)).released_at
