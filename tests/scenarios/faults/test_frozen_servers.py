"""A server frozen during an act: afterwards row and workflow agree, and the act was charged once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest

from domain.errors import Unavailable
from domain.preselection.values import Outcome, Stage
from embedded.postgres import Postgres
from embedded.valkey import Valkey
from process.clock import system_clock
from tests.support.refusals import refusal_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World

pytestmark = pytest.mark.slow

GIVEN_UP = b"a dependency is unavailable"
TEN = "A123!"


async def pauses(vehicle: Vehicle) -> int:
    """How often the workflow has paused after an activity's timeout."""
    events = (await vehicle.handle.fetch_history()).events
    return sum(GIVEN_UP in event.user_metadata.summary.data for event in events)


@dataclass(frozen=True)
class Thawed:
    """Vehicles that acted while PostgreSQL was frozen for longer than their activities' timeouts, and were answered."""

    at: datetime
    drawing: Vehicle
    confirming: Vehicle
    composing: Vehicle
    putting_aside: Vehicle
    choice: str


@pytest.fixture(scope="module")
async def recovery(real_time_world: World, postgres: Postgres) -> Thawed:
    """One freeze for all of them. The drawing one's pool is so small that its first attempt picks all there is."""
    world = real_time_world
    drawing, composing = (
        await world.reach_selection(await world.office(TEN)),
        await world.reach_selection(await world.office(TEN)),
    )
    confirming, putting_aside = await world.reach_selection(), await world.reach_selection()
    number, choice = numbers_of(await confirming.draw())[0], numbers_of(await putting_aside.draw())[0]
    await confirming.put_aside(number)
    with postgres.temporary_freeze():
        attempts = asyncio.gather(
            drawing.draw(),
            confirming.confirm(number),
            composing.compose(f"{composing.office.prefixes[0]}A1231", f"{composing.office.prefixes[0]}A1232"),
            putting_aside.put_aside(choice),
        )
        for vehicle in (drawing, confirming, composing, putting_aside):
            await eventually(partial(twice, vehicle), within=30)
        at = system_clock()
    await attempts
    return Thawed(at, drawing, confirming, composing, putting_aside, choice)


async def twice(vehicle: Vehicle) -> bool:
    return await pauses(vehicle) >= 2


async def test_a_draw_during_which_the_database_was_frozen_is_one_draw_with_its_whole_countdown(
    recovery: Thawed,
) -> None:
    vehicle, state = recovery.drawing, await recovery.drawing.state()
    assert state.draws_remaining == 4
    assert state.batch
    assert len(state.batch.numbers) == len(state.shown) == 10
    assert state.batch.expires_at >= recovery.at + timedelta(seconds=90)
    live = await vehicle.world.claims(*state.batch.numbers, at=recovery.at)
    assert {claim.until for claim in live.values()} == {state.batch.expires_at}
    # The workflow adopts the row.
    assert (await vehicle.put_aside(state.batch.numbers[0])).candidates


async def test_a_confirmation_during_which_the_database_was_frozen_reserves_the_plate(recovery: Thawed) -> None:
    state = await recovery.confirming.state()
    assert state.stage is Stage.COMPLETED
    assert state.reservation
    assert state.reservation.plate in (await recovery.confirming.text("reserved")).text
    assert (await recovery.confirming.register()).stage is Stage.REGISTERED


async def test_a_composition_during_which_the_database_was_frozen_is_charged_and_reported_once(
    recovery: Thawed,
) -> None:
    state = await recovery.composing.state()
    assert state.stage is Stage.COMPLETED
    assert state.composed_remaining == 20
    assert [tried.outcome for tried in state.last_submission or ()] == [Outcome.ACCEPTED, Outcome.NOT_TRIED]


async def test_a_choice_during_which_the_database_was_frozen_is_a_candidate(recovery: Thawed) -> None:
    state = await recovery.putting_aside.state()
    assert state.candidates
    assert state.candidates.numbers == (recovery.choice,)


async def test_while_redis_is_frozen_draws_are_refused_uncharged_and_the_rest_goes_on(
    real_time_world: World, valkey: Valkey
) -> None:
    world = real_time_world
    office = await world.office("A12!!")
    drawing, composing = await world.reach_selection(office), await world.reach_selection(office)
    confirming = await world.reach_selection(office)
    drawn_by_another = numbers_of(await confirming.draw())
    number = drawn_by_another[0]
    all_of_them = [f"{office.prefixes[0]}A12{last:02d}" for last in range(100)]
    wanted = next(plate for plate in all_of_them if plate not in drawn_by_another)
    before = await drawing.state()
    with valkey.temporary_freeze():
        refusal, composed, chosen = await asyncio.gather(
            refusal_of(drawing.draw()), composing.compose(wanted), confirming.put_aside(number)
        )
    assert isinstance(refusal, Unavailable)
    assert refusal.parts == {"redis": "down"}
    assert await drawing.state() == before
    assert composed.stage is Stage.COMPLETED
    assert chosen.candidates
    await eventually(lambda: can_draw(drawing))
    assert (await drawing.state()).draws_remaining == 4


async def can_draw(vehicle: Vehicle) -> bool:
    """Draw, if the index responds again."""
    try:
        return bool(numbers_of(await vehicle.draw()))
    except Unavailable:
        return False
