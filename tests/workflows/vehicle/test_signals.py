"""Signals: they have no result, so they store an outcome, and no input stops the workflow."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from domain.preselection.values import Stage
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.messages import Action, Draw, OneNumber

TEN = "A123!"
BAD = "not a uuid"

UNREADABLE: dict[str, list[dict[str, Any]]] = {
    "compose": [
        {"numbers": ["garbage", "京"], "request_id": "{id}"},
        {"numbers": [], "request_id": "{id}"},
        {"numbers": ["京A１２３４５"], "request_id": "{id}"},
    ],
    "extend_validity": [{"operator": "wang", "reason": "停业", "visit_by": "tomorrow", "request_id": "{id}"}],
    "confirm_identity": [{"code_hash": "no digits at all", "request_id": "{id}"}],
    "draw": [{"exclude_four": False, "prefix": "港A", "request_id": "{id}"}],
    "put_aside": [{"number": "", "request_id": "{id}"}],
    "cancel": [{"operator": "", "reason": "", "request_id": "{id}"}],
}


async def alive(vehicle: Vehicle) -> None:
    """The workflow still works."""
    assert (await vehicle.enter()).stage is Stage.SERVICE_NOTES


async def test_a_refused_signal_leaves_its_refusal_as_outcome(world: World) -> None:
    vehicle, request_id = await world.reach_selection(await world.office(TEN)), str(uuid4())
    await vehicle.handle.signal("confirm", OneNumber("京A00000", request_id))
    outcome = await eventually(lambda: vehicle.outcome(request_id))
    assert (outcome.refused, outcome.revision) == ("not_a_candidate", None)
    await alive(vehicle)


@pytest.mark.parametrize(
    "words", ["\u200b\u2060", "138-0013-8000 已到场", "当事人 110105 19491231 002X", "91110000600037341L"]
)
async def test_attack_a_signal_with_an_invisible_reason_or_one_that_names_somebody_changes_nothing(
    world: World, words: str
) -> None:
    vehicle = await world.reach_selection()
    for command in ({"operator": "wang", "reason": words}, {"operator": words, "reason": "停业"}):
        request_id = str(uuid4())
        await vehicle.handle.signal("cancel", command | {"request_id": request_id})
        assert (await eventually(partial(vehicle.outcome, request_id))).refused == "validation_failed"
    await alive(vehicle)


async def test_a_signal_that_came_too_early_says_so_and_may_come_again(world: World) -> None:
    vehicle, request_id = await world.vehicle(confirm_delay="PT1M"), str(uuid4())
    code = (await vehicle.reach_identity()).identity
    assert code
    command = {"code_hash": await vehicle.code_hash(), "request_id": request_id}
    await vehicle.handle.signal("confirm_identity", command)
    outcome = await eventually(lambda: vehicle.outcome(request_id))
    assert outcome.refused == "too_early"
    await vehicle.skip_past(code.confirm_enabled_at)
    await vehicle.handle.signal("confirm_identity", command)
    await vehicle.wait_for_stage(Stage.PLATE_SELECTION)
    assert (await eventually(lambda: vehicle.outcome(request_id))).revision == (await vehicle.row()).revision


async def test_an_accepted_signal_leaves_the_revision_that_it_made(world: World) -> None:
    vehicle, request_id = await world.reach_selection(), str(uuid4())
    await vehicle.handle.signal("draw", Draw(request_id=request_id))
    outcome = await eventually(lambda: vehicle.outcome(request_id))
    assert outcome.revision == (await vehicle.row()).revision
    assert (await vehicle.state()).draws_remaining == 4


async def test_an_unknown_request_has_no_outcome(world: World) -> None:
    vehicle = await world.vehicle()
    assert await vehicle.outcome(str(uuid4())) is None
    assert await vehicle.outcome(BAD) is None


async def test_signals_without_a_request_id_are_one_request_each(world: World) -> None:
    vehicle = await world.reach_selection(await world.office("A12!!"))
    for _ in range(2):
        await vehicle.handle.signal("draw", Draw())
    await vehicle.wait_until(lambda state: state.draws_remaining == 3)
    await vehicle.handle.signal("enter")
    await vehicle.wait_for_stage(Stage.SERVICE_NOTES)
    assert (await vehicle.state()).draws_remaining == 3


async def test_the_outcome_can_be_asked_after_the_workflows_end(world: World) -> None:
    vehicle, request_id = await world.reach_selection(draws="1", composed="0"), str(uuid4())
    await vehicle.handle.signal("draw", Draw(request_id=request_id))
    state = await vehicle.wait_until(lambda state: state.batch)
    assert state.batch
    await vehicle.skip_past(state.batch.expires_at)
    await vehicle.wait_for_end()
    outcome = await vehicle.outcome(request_id)
    assert outcome
    assert outcome.revision


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_signal_that_nobody_can_read_is_refused_and_harms_nothing(world: World, name: str) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S")
    if name == "confirm_identity":
        await vehicle.reach_identity()
    elif name in ("extend_validity", "cancel"):
        await vehicle.reach_selection()
        await vehicle.put_aside(numbers_of(await vehicle.draw())[0])
    elif name != "compose":
        await vehicle.reach_selection()
    before = await vehicle.state()
    for content in UNREADABLE[name]:
        request_id = str(uuid4())
        await vehicle.handle.signal(name, content | {"request_id": request_id})
        assert (await eventually(partial(vehicle.outcome, request_id))).refused
    assert await vehicle.state() == before
    await alive(vehicle)


@pytest.mark.parametrize("content", [{"request_id": 7}, {"number": ["a", "list"]}, "text", None, {"nonsense": True}])
async def test_a_signal_of_the_wrong_shape_harms_nothing(world: World, content: object) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    before = await vehicle.state()
    for name in ("draw", "put_aside", "no_such_signal"):
        await vehicle.handle.signal(name, content)
        await vehicle.handle.signal(name, args=[content, content])
    await vehicle.handle.signal("put_aside")
    await alive(vehicle)
    assert (await vehicle.state()).composed_remaining == before.composed_remaining


async def test_a_request_id_must_be_a_uuid(either_world: World) -> None:
    vehicle = await either_world.vehicle()
    await vehicle.handle.signal("start", Action(BAD))
    outcome = await eventually(lambda: vehicle.outcome(BAD))
    assert outcome.refused == "validation_failed"
    assert (await vehicle.state()).stage is Stage.SERVICE_NOTES
    await alive(vehicle)
