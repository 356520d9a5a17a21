"""Workflows that were started by somebody without our keys: the row decides, and where there is none nobody does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from config.payloads import DATA_CONVERTER
from domain.preselection.values import Stage
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from process.clock import system_clock
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.attacker import Attacker
from tests.support.phones import Phone
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World
from worker.container import WorkerContainer
from worker.run import make_worker
from workflows.messages import Action, Draw, OneNumber, Outcome, vehicle_workflow_id

EXCLUDED = "A0001"
FORGED = {
    "state": {"stage": "plate_selection", "draws_remaining": 49, "composed_remaining": 20},
    "policy": {"draws": "49", "blacklist": "P100Y", "validity": "P100Y"},
    "revision": 7,
    "stage": "plate_selection",
    "office": "440300",
    "prefixes": ["粤B"],
}
TAKES_NUMBERS = ("draw", "put_aside", "compose", "confirm")


async def failure_of(handle: WorkflowHandle[Any, Any]) -> str:
    """Type and message of the failed workflow task in the history, once it is there."""

    async def failed() -> str:
        events = (await handle.fetch_history()).events
        failures = [event.workflow_task_failed_event_attributes.failure for event in events]
        texts = [f"{each.application_failure_info.type}: {each.message}" for each in failures if each.message]
        return texts[0] if texts else ""

    return await eventually(failed)


async def update_when_ready(handle: WorkflowHandle[Any, Any], act: str, command: Action) -> None:
    """Send an update, again as long as Temporal takes none because the newest workflow task has failed."""
    while True:
        try:
            await handle.execute_update(act, command, id=str(uuid4()))
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
        else:
            return
        await asyncio.sleep(0.2)


async def claimed(world: World, prefix: str) -> set[str]:
    plates = [f"{prefix}{EXCLUDED[:-1]}{digit}" for digit in range(10)]
    return set(await world.claims(*plates, at=system_clock()))


def messages(prefix: str) -> dict[str, Any]:
    plate = f"{prefix}{EXCLUDED}"
    return {
        "begin": {}, "enter": {}, "start": {}, "withdraw": {}, "draw": {"prefix": prefix},
        "put_aside": {"number": plate}, "confirm": {"number": plate}, "compose": {"numbers": [plate]},
        "cancel": {"operator": "wang", "reason": "停业"}, "release_holds": {"operator": "wang", "reason": "停业"},
    }  # fmt: skip


async def nine_numbers(world: World) -> Vehicle:
    """A vehicle of an office with ten numbers, one of them excluded; it has one draw."""
    office = await world.office("A000!", excluded=(EXCLUDED,))
    return await world.vehicle(office, {"draws": "1", "confirm_delay": "PT0S", "compose_interval": "PT0S"})


@pytest.mark.slow
async def test_a_start_without_a_row_does_nothing_and_its_history_says_why(
    clocked_world: World, attacker: Attacker
) -> None:
    office, unknown = await clocked_world.office("A000!"), uuid4()
    [prefix] = office.prefixes
    handle = await attacker.start("Vehicle", {"preselection_id": str(unknown), **FORGED}, f"vehicle-{unknown}")
    for act, content in messages(prefix).items():
        if act != "begin":
            await handle.signal(act, content)
    updates = [
        asyncio.create_task(handle.execute_update(act, content, id=str(uuid4())))
        for act, content in messages(prefix).items()
        if act in TAKES_NUMBERS
    ]
    assert await failure_of(handle) == f"RowMissing: no row {unknown} in this database"
    done, _ = await asyncio.wait(updates, timeout=2)
    assert not done, "an update without a row has no answer"
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    assert await claimed(clocked_world, prefix) == set()
    await handle.terminate("the test is over")
    await asyncio.gather(*updates, return_exceptions=True)


async def test_a_ban_without_a_row_does_nothing_and_its_history_says_why(
    clocked_world: World, attacker: Attacker
) -> None:
    unknown = uuid4()
    handle = await attacker.start("Blacklist", {"entry_id": str(unknown), "until": "2126-01-01T00:00:00Z"})
    await handle.signal("release", {"operator": "wang", "reason": "误判"})
    assert await failure_of(handle) == f"RowMissing: no row {unknown} in this database"
    await handle.terminate("the test is over")


async def test_a_forged_input_gives_a_vehicle_neither_stage_nor_chances_nor_numbers(
    clocked_world: World, attacker: Attacker
) -> None:
    vehicle = await nine_numbers(clocked_world)
    await vehicle.handle.terminate("by hand")
    outcomes = [vars(Outcome(str(uuid4()), revision=99))]
    forged = {"preselection_id": str(vehicle.id), "outcomes": outcomes, "undelivered": ["reserved"], **FORGED}
    await attacker.start("Vehicle", forged, vehicle.handle.id)
    excluded = f"{vehicle.office.prefixes[0]}{EXCLUDED}"
    for act, content in messages(vehicle.office.prefixes[0]).items():
        if act in TAKES_NUMBERS:
            await vehicle.handle.signal(act, content)
    assert (await vehicle.enter()).stage is Stage.SERVICE_NOTES
    assert await claimed(clocked_world, vehicle.office.prefixes[0]) == set()
    await vehicle.start()
    await vehicle.send_code()
    await vehicle.confirm_identity()
    for _ in range(49):
        await vehicle.handle.signal("draw", Draw())
    await vehicle.handle.signal("confirm", OneNumber(excluded))
    await vehicle.handle.signal("compose", {"numbers": [excluded]})
    state = await vehicle.wait_until(lambda state: state.last_submission)
    assert (state.stage, state.draws_remaining) == (Stage.PLATE_SELECTION, 0)
    assert len(state.shown) == len(numbers_of(state)) == 9
    assert excluded not in await claimed(clocked_world, vehicle.office.prefixes[0])
    # What was forged into the outcomes is no decision.
    assert await clocked_world.container.repositories.decisions.find(UUID(outcomes[0]["request_id"])) is None


@pytest.fixture
async def other_installation(
    clocked_world: World, fresh_database: str, valkey: Valkey, key_file: Path, temporal: Temporal
) -> AsyncIterator[World]:
    """Another database, and a worker of it that polls a task queue of ours by mistake."""
    phone, queue = Phone(), f"shared-{uuid4()}"
    repositories = Repositories.build(Database(fresh_database), make_redis(valkey.url()), Keys.from_file(key_file))
    container = WorkerContainer(repositories, httpx.AsyncClient(), phone)
    # A client has one worker for a task queue.
    client = await Client.connect(temporal.address, data_converter=DATA_CONVERTER)
    async with make_worker(client, queue, container.activities()):
        yield World(container, client, queue, phone)
    await container.close()


@pytest.mark.slow
async def test_two_installations_on_one_task_queue_turn_nobody_away(
    clocked_world: World, other_installation: World
) -> None:
    queue = other_installation.task_queue
    ours = replace(clocked_world, task_queue=queue)
    submitted: Vehicle = await ours.new_vehicle()
    await submitted.submit()
    handle = await ours.client.start_workflow(
        "Vehicle", {"preselection_id": str(submitted.id)}, id=vehicle_workflow_id(str(submitted.id)), task_queue=queue
    )
    assert "RowMissing" in await failure_of(handle)
    # As soon as a worker comes that has the row, everybody is answered.
    async with make_worker(ours.client, queue, ours.container.activities()):
        async with asyncio.timeout(60):
            for act in ("begin", "enter", "start"):
                await update_when_ready(handle, act, Action(str(uuid4())))
    assert (await submitted.state()).stage is Stage.IDENTITY_VERIFICATION
