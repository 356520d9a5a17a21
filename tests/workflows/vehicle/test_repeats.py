"""Repeated requests, in sequence or in parallel, have one effect; a refusal costs no history event."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import NotACandidate, WrongStage
from domain.preselection.values import Stage
from tests.support.refusals import refusal_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World
from workflows.messages import Action, Compose, ConfirmIdentity, Draw, ExtendValidity, OneNumber, OperatorAct
from workflows.outcomes import KEPT

TEN = "A123!"


async def length(vehicle: Vehicle) -> int:
    """The number of history events."""
    return (await vehicle.handle.describe()).history_length


@pytest.mark.parametrize("parallel", [False, True], ids=["one after the other", "at once"])
async def test_the_same_draw_again_is_the_same_draw(world: World, *, parallel: bool) -> None:
    vehicle = await world.reach_selection(await world.office("A12!!"))
    command = Draw(request_id=str(uuid4()))
    attempts = [vehicle.send("draw", command) for _ in range(8)]
    answers = await asyncio.gather(*attempts) if parallel else [await attempt for attempt in attempts]
    assert len({answer.revision for answer in answers}) == 1
    state = await vehicle.state()
    assert state.draws_remaining == 4
    assert len(await world.claims(*state.shown, at=await vehicle.now())) == 10


async def test_the_same_submission_again_is_charged_once(world: World) -> None:
    office = await world.office(TEN)
    taken = f"{office.prefixes[0]}A1231"
    await (await world.reach_selection(office)).compose(taken)
    vehicle = await world.reach_selection(office)
    command = Compose([taken], str(uuid4()))
    await asyncio.gather(*(vehicle.send("compose", command) for _ in range(4)))
    await vehicle.send("compose", command)
    assert (await vehicle.state()).composed_remaining == 19


async def test_an_update_and_its_signal_twin_with_one_request_id_are_one_request(world: World) -> None:
    vehicle = await world.reach_selection(await world.office("A12!!"))
    command = Draw(request_id=str(uuid4()))
    await asyncio.gather(vehicle.handle.signal("draw", command), vehicle.send("draw", command))
    await vehicle.handle.signal("draw", command)
    await vehicle.enter()
    assert (await vehicle.state()).draws_remaining == 4


async def test_a_refused_request_may_succeed_once_the_row_allows_it(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    request_id = str(uuid4())
    assert isinstance(await refusal_of(vehicle.send("confirm", OneNumber("京A00000", request_id))), NotACandidate)
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    await vehicle.send("confirm", OneNumber(number, request_id))
    assert (await vehicle.state()).stage is Stage.COMPLETED


@pytest.mark.slow
async def test_what_the_workflow_has_forgotten_the_database_still_knows(world: World) -> None:
    vehicle = await world.reach_selection(await world.office("A12!!"), batch_size="2")
    command = Draw(request_id=str(uuid4()))
    first = await vehicle.send("draw", command)
    number, other = numbers_of(await vehicle.draw())
    for index in range(KEPT + 1):
        await vehicle.put_aside((number, other)[index % 2])
    assert await vehicle.outcome(command.request_id) is None
    before = await vehicle.state()
    again = await vehicle.send("draw", command)
    assert again.revision == first.revision
    assert await vehicle.state() == before
    # The workflow has not returned to the old state either.
    assert (await refusal_of(vehicle.confirm(other))).code == "not_a_candidate"
    assert (await vehicle.confirm(number)).stage is Stage.COMPLETED


@pytest.mark.slow
async def test_a_forgotten_request_whose_time_is_over_is_refused_without_effect(world: World) -> None:
    vehicle = await world.reach_selection(await world.office("A12!!"), batch_size="2")
    start = Action(str(uuid4()))
    pair = numbers_of(await vehicle.draw())
    for index in range(KEPT + 1):
        await vehicle.put_aside(pair[index % 2])
    before = await vehicle.state()
    assert isinstance(await refusal_of(vehicle.send("start", start)), WrongStage)
    assert await vehicle.state() == before


MALFORMED: dict[str, Callable[[], Any]] = {
    "start": lambda: Action("no uuid"),
    "draw": lambda: Draw(request_id="no uuid"),
    "confirm_identity": lambda: ConfirmIdentity("no digits"),
    "cancel": lambda: OperatorAct("wang", " "),
    "release_holds": lambda: OperatorAct("", "误放"),
    "extend_validity": lambda: ExtendValidity("wang", "停业", "tomorrow"),
}


async def test_a_malformed_message_adds_nothing_to_the_history(world: World) -> None:
    vehicle = await world.vehicle()
    before = await length(vehicle)
    for name, command in MALFORMED.items():
        assert (await refusal_of(vehicle.send(name, command()))).code == "validation_failed", name
    assert await length(vehicle) == before
    await vehicle.start()
    assert await length(vehicle) > before


async def test_the_row_refuses_what_a_message_asks_for_against_the_rules(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN), draws="1", compose_interval="PT1H")
    await vehicle.draw()
    before = await vehicle.row()
    number = f"{vehicle.office.prefixes[0]}A1230"
    attempts = [
        vehicle.draw(),
        vehicle.draw(prefix="京A"),
        vehicle.put_aside("京A00000"),
        vehicle.confirm(number),
        vehicle.compose(number),
        vehicle.compose("京A00000"),
        vehicle.compose(number, number),
        vehicle.compose(*[f"{vehicle.office.prefixes[0]}A123{digit}" for digit in range(6)]),
        vehicle.send_code(),
        vehicle.withdraw(),
    ]
    codes = [(await refusal_of(attempt)).code for attempt in attempts]
    assert codes == [
        "no_draws_left", "validation_failed", "not_in_batch", "not_a_candidate", "too_early", "number_malformed",
        "number_duplicated", "too_many_numbers", "wrong_stage", "cancellation_not_allowed",
    ]  # fmt: skip
    after = await vehicle.row()
    assert (after.revision, after.state) == (before.revision, before.state)
