"""The same request again, one after the other or all at once, has one effect; a refusal costs no event of history."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import NotACandidate, WrongStage
from domain.preselection.values import Stage
from tests.support.waiting import refused
from tests.workflows.vehicles import Vehicle, numbers_of
from tests.workflows.world import World
from workflows.messages import Action, Compose, ConfirmIdentity, Draw, ExtendValidity, OneNumber, OperatorAct
from workflows.requests import KEPT

TEN = "A123!"


async def length(vehicle: Vehicle) -> int:
    """How many events the history has."""
    return (await vehicle.handle.describe()).history_length


@pytest.mark.parametrize("parallel", [False, True], ids=["one after the other", "at once"])
async def test_the_same_draw_again_is_the_same_draw(world: World, *, parallel: bool) -> None:
    vehicle = await world.selecting(await world.office("A12!!"))
    command = Draw(request_id=str(uuid4()))
    wishes = [vehicle.send("draw", command) for _ in range(8)]
    answers = await asyncio.gather(*wishes) if parallel else [await wish for wish in wishes]
    assert len({answer.revision for answer in answers}) == 1
    state = await vehicle.state()
    assert state.draws_remaining == 4
    assert len(await world.claims(*state.shown, at=await vehicle.now())) == 10


async def test_the_same_submission_again_is_charged_once(world: World) -> None:
    office = await world.office(TEN)
    taken = f"{office.prefixes[0]}A1231"
    await (await world.selecting(office)).compose(taken)
    vehicle = await world.selecting(office)
    command = Compose([taken], str(uuid4()))
    await asyncio.gather(*(vehicle.send("compose", command) for _ in range(4)))
    await vehicle.send("compose", command)
    assert (await vehicle.state()).composed_remaining == 19


async def test_an_update_and_its_signal_twin_with_one_request_id_are_one_wish(world: World) -> None:
    vehicle = await world.selecting(await world.office("A12!!"))
    command = Draw(request_id=str(uuid4()))
    await asyncio.gather(vehicle.handle.signal("draw", command), vehicle.send("draw", command))
    await vehicle.handle.signal("draw", command)
    await vehicle.enter()
    assert (await vehicle.state()).draws_remaining == 4


async def test_a_final_refusal_is_repeated_even_when_the_wish_would_be_granted_by_now(world: World) -> None:
    vehicle = await world.selecting(await world.office(TEN))
    request_id = str(uuid4())
    await vehicle.handle.signal("confirm", OneNumber("京A00000", request_id))
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    with pytest.raises(NotACandidate):
        await vehicle.send("confirm", OneNumber(number, request_id))
    assert (await vehicle.confirm(number)).stage is Stage.COMPLETED


@pytest.mark.slow
async def test_what_the_workflow_has_forgotten_the_database_still_knows(world: World) -> None:
    vehicle = await world.selecting(await world.office("A12!!"), batch_size="2")
    command = Draw(request_id=str(uuid4()))
    first = await vehicle.send("draw", command)
    number, other = numbers_of(await vehicle.draw())
    for index in range(KEPT + 1):
        await vehicle.put_aside((number, other)[index % 2])
    assert await vehicle.outcome(command.request_id) is None
    before = await vehicle.state()
    again = await vehicle.send("draw", command)
    # What has changed since the revision before means nothing by now; the caller looks into the record of decisions.
    assert (again.revision, again.changes) == (first.revision, None)
    assert await vehicle.state() == before
    # The workflow has not gone back to the state of then either.
    assert (await refused(vehicle.confirm(other))).code == "not_a_candidate"
    assert (await vehicle.confirm(number)).stage is Stage.COMPLETED


@pytest.mark.slow
async def test_a_forgotten_wish_whose_time_is_over_is_refused_without_effect(world: World) -> None:
    vehicle = await world.selecting(await world.office("A12!!"), batch_size="2")
    start = Action(str(uuid4()))
    pair = numbers_of(await vehicle.draw())
    for index in range(KEPT + 1):
        await vehicle.put_aside(pair[index % 2])
    before = await vehicle.state()
    assert isinstance(await refused(vehicle.send("start", start)), WrongStage)
    assert await vehicle.state() == before


REFUSED_AT_THE_SERVICE_NOTES: dict[str, Callable[[], Any]] = {
    "draw": Draw,
    "compose": lambda: Compose(["京A12345"]),
    "put_aside": lambda: OneNumber("京A12345"),
    "confirm": lambda: OneNumber("京A12345"),
    "send_identity_code": Action,
    "confirm_identity": lambda: ConfirmIdentity("00"),
    "withdraw": Action,
    "cancel": lambda: OperatorAct("wang", " "),
    "release_holds": lambda: OperatorAct("", "误放"),
    "extend_validity": lambda: ExtendValidity("wang", "停业", date(2030, 1, 1).isoformat()),
}


async def test_a_refusal_adds_nothing_to_the_history(world: World) -> None:
    vehicle = await world.vehicle()
    before = await length(vehicle)
    for name, command in REFUSED_AT_THE_SERVICE_NOTES.items():
        assert await refused(vehicle.send(name, command())), name
    assert await length(vehicle) == before
    await vehicle.start()
    assert await length(vehicle) > before


async def test_a_rule_of_the_selection_refuses_without_an_event_too(world: World) -> None:
    vehicle = await world.selecting(await world.office(TEN), draws="1", compose_interval="PT1H")
    await vehicle.draw()
    before = await length(vehicle)
    number = f"{vehicle.office.prefixes[0]}A1230"
    wishes = [
        vehicle.draw(),
        vehicle.put_aside("京A00000"),
        vehicle.confirm(number),
        vehicle.compose(number),
        vehicle.compose(*[f"{vehicle.office.prefixes[0]}A123{digit}" for digit in range(6)]),
    ]
    codes = [(await refused(wish)).code for wish in wishes]
    assert codes == ["no_draws_left", "not_in_batch", "not_a_candidate", "too_early", "too_many_numbers"]
    assert await length(vehicle) == before
