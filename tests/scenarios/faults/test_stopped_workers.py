"""A worker ends during an act and another one continues: the caller gets the right outcome."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from domain.preselection.values import Stage
from embedded.folders import DataFolder
from embedded.programs import Worker
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from tests.support.locks import has_waiting_statements, lock_row
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World
from worker.run import make_worker
from workflows.messages import Compose, Draw

QUEUE = "stopped-workers"


@pytest.fixture(scope="module")
def queue_world(real_time_world: World) -> World:
    """The same world with a task queue without a worker, until a test starts one."""
    return replace(real_time_world, task_queue=QUEUE)


@asynccontextmanager
async def run_worker(world: World) -> AsyncIterator[None]:
    async with make_worker(world.client, QUEUE, world.container.activities()):
        yield


def start_sending(vehicle: Vehicle, name: str, command: Draw | Compose) -> asyncio.Task[object]:
    return asyncio.create_task(vehicle.send(name, command))


async def assert_one_draw(vehicle: Vehicle, command: Draw) -> None:
    """One draw was charged; the row, the workflow and a repeat agree."""
    state = await vehicle.state()
    assert state.draws_remaining == 4
    assert len(set(numbers_of(state))) == len(state.shown) == 10
    assert (await vehicle.send("draw", command)).revision == (await vehicle.row()).revision
    assert (await vehicle.put_aside(numbers_of(state)[0])).candidates


@pytest.mark.slow
async def test_a_worker_that_is_stopped_in_the_middle_of_an_update_leaves_it_to_the_next(queue_world: World) -> None:
    world, command = queue_world, Draw(request_id=str(uuid4()))
    first = make_worker(world.client, QUEUE, world.container.activities())
    running = asyncio.create_task(first.run())
    vehicle = await world.reach_selection()
    async with lock_row(vehicle):
        answer = start_sending(vehicle, "draw", command)
        await eventually(lambda: has_waiting_statements(world.repositories.database, 1))
        await first.shutdown()
        await running
        assert not answer.done()
    async with run_worker(world):
        await answer
        await assert_one_draw(vehicle, command)


@pytest.mark.slow
async def test_a_worker_that_is_killed_before_and_after_the_decision_leaves_it_to_the_next(
    queue_world: World, killable: Worker, temporal: Temporal
) -> None:
    world, database = queue_world, queue_world.repositories.database
    async with run_worker(world):
        before, after = await world.reach_selection(), await world.reach_selection()
    number = f"{before.office.prefixes[0]}20261"
    draw, compose = Draw(request_id=str(uuid4())), Compose([number], str(uuid4()))
    await killable.bring_up()
    async with lock_row(before), AsyncExitStack() as lock_of_after:
        await lock_of_after.enter_async_context(lock_row(after))
        answers = [start_sending(before, "compose", compose), start_sending(after, "draw", draw)]
        await eventually(lambda: has_waiting_statements(database, 2))
        # With Temporal frozen, a worker can't report its decision.
        temporal.freeze()
        try:
            await lock_of_after.aclose()
            await after.wait_until(lambda state: state.batch)
            await killable.kill()
        finally:
            temporal.thaw()
        assert not any(answer.done() for answer in answers)
        assert (await before.state()).stage is Stage.PLATE_SELECTION
    async with run_worker(world):
        await asyncio.gather(*answers)
        await assert_one_draw(after, draw)
        assert (await before.row()).plate == number
        assert number in (await before.text("reserved")).text


@pytest.fixture
async def killable(
    data_folder: DataFolder, temporal: Temporal, valkey: Valkey, database_url: str, key_file: Path
) -> AsyncIterator[Worker]:
    """A separate worker process, as in production, on the tests' queue."""
    environment = {
        "PATH": os.environ["PATH"],
        "XUANHAO_DATABASE_URL": database_url,
        "XUANHAO_SMS_URL": "local:",
        "XUANHAO_REGISTRY_URL": "local:",
        "XUANHAO_REDIS_URL": valkey.url(),
        "XUANHAO_KEY_FILE": str(key_file),
        "XUANHAO_TEMPORAL_ADDRESS": temporal.address,
        "XUANHAO_TASK_QUEUE": QUEUE,
    }
    worker = Worker(data_folder, environment, temporal=temporal.address, task_queue=QUEUE)
    yield worker
    await worker.stop()
