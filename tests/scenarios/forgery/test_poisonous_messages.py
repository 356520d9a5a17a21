"""A message that no activity can parse, or no row can store, is refused: it must not block its vehicle for ever."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError

from domain.preselection.values import Stage
from tests.support.attacker import Attacker
from tests.support.bans import BanRun, ban_of
from tests.support.vehicles import Vehicle
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.messages import Draw
from workflows.refusals import application_error, as_refusal

MANY = "A12!!"
NOT_ASCII = "签名"
NUL = "a\x00b"
ENDLESS = "x" * 100_000
MEGABYTES = "x" * 1_500_000

POISON: dict[str, tuple[str, dict[str, Any]]] = {
    "a name with a character that no row can store": ("release_holds", {"operator": NUL, "reason": "停业"}),
    "a reason with a character that no row can store": ("release_holds", {"operator": "wang", "reason": NUL}),
    "a reason without an end": ("release_holds", {"operator": "wang", "reason": ENDLESS}),
    "a day at the end of the calendar": (
        "extend_validity",
        {"operator": "wang", "reason": "停业", "visit_by": "9999-12-31"},
    ),
    "more numbers than fit into a failure": ("compose", {"numbers": [ENDLESS[:16]] * 20_000}),
}


async def draw_batch(world: World) -> Vehicle:
    vehicle = await world.reach_selection(await world.office(MANY))
    await vehicle.draw()
    return vehicle


@pytest.mark.parametrize("name", POISON)
async def test_it_is_refused_and_the_vehicle_goes_on(world: World, name: str) -> None:
    vehicle, request_id = await draw_batch(world), str(uuid4())
    act, content = POISON[name]
    before = await vehicle.state()
    await vehicle.handle.signal(act, content | {"request_id": request_id})
    outcome = await eventually(lambda: vehicle.outcome(request_id))
    assert outcome.refused == "validation_failed"
    assert await vehicle.state() == before
    assert (await vehicle.enter()).stage is Stage.SERVICE_NOTES


@pytest.mark.parametrize("seal", [NOT_ASCII, NUL, ENDLESS])
async def test_a_seal_of_other_characters_is_no_seal(world: World, seal: str) -> None:
    vehicle = await draw_batch(world)
    await vehicle.handle.execute_update("draw", {"seal": seal}, id=str(uuid4()))
    assert (await vehicle.state()).draws_remaining == 3
    with pytest.raises(Exception, match="failed") as refused:
        await vehicle.handle.execute_update("register", {"clerk": "c1e4c", "seal": seal}, id=str(uuid4()))
    refusal = as_refusal(refused.value.__cause__)
    assert refusal
    assert refusal.code == "forbidden"


async def test_a_request_id_of_megabytes_is_not_carried_into_the_next_run(world: World) -> None:
    vehicle = await draw_batch(world)
    first_run = (await vehicle.handle.describe()).run_id
    for number in range(3):
        await vehicle.handle.signal("draw", Draw(request_id=f"{MEGABYTES}{number}"))
        # The query returns after the signal is handled. Temporal fails a task during which 2 MB of signals arrive; the
        # next task reads the whole history, which on a busy machine takes longer than the draw waits.
        assert await vehicle.outcome(str(uuid4())) is None
    # Temporal suggests a new run for a history of this size, and the input of a run has a limit.
    assert (await vehicle.draw()).draws_remaining == 3

    async def has_continued() -> bool:
        return (await vehicle.handle.describe()).run_id != first_run

    await eventually(has_continued)
    assert (await vehicle.draw()).draws_remaining == 2


@pytest.mark.slow
async def test_a_ban_ends_although_its_workflow_was_sent_a_seal_of_other_characters(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(MANY), validity="PT1M")
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    await vehicle.skip(timedelta(minutes=1))
    ban = await ban_of(vehicle)
    run = BanRun(world, ban.id)
    await run.begins()
    await run.handle.signal("release", {"operator": "wang", "reason": "停业", "seal": NOT_ASCII})
    await run.skip_past(ban.until)
    await run.wait_for_end()
    assert (await ban_of(vehicle)).released_by is None


@pytest.mark.parametrize(
    "workflow_type, given", [("Vehicle", {"preselection_id": "1"}), ("Blacklist", {"entry_id": "../1"})]
)
async def test_a_start_that_names_no_row_of_any_database_fails_at_once(
    clocked_world: World, attacker: Attacker, workflow_type: str, given: dict[str, Any]
) -> None:
    handle = await attacker.start(workflow_type, given)
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    error = application_error(failed.value.cause)
    assert error
    assert error.type == "validation_failed"
