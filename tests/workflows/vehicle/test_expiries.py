"""Countdowns end automatically: their numbers are free in the database then, and others can have them."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import TooEarly
from domain.preselection.values import Stage
from tests.support.refusals import refusal_of
from tests.support.vehicles import numbers_of
from tests.support.world import World

TEN = "A123!"


async def test_an_expired_batch_can_be_used_no_more_and_is_drawn_by_others(world: World) -> None:
    office = await world.office(TEN)
    vehicle, other = await asyncio.gather(world.reach_selection(office), world.reach_selection(office))
    batch = (await vehicle.draw()).batch
    assert batch
    assert (await refusal_of(other.draw())).code == "numbers_unavailable"
    await asyncio.gather(vehicle.skip_past(batch.expires_at), other.skip_past(batch.expires_at + timedelta(seconds=5)))
    assert (await refusal_of(vehicle.put_aside(batch.numbers[0]))).code == "batch_expired"
    assert not await world.claims(*batch.numbers, at=await vehicle.now())
    assert set(numbers_of(await other.draw())) == set(batch.numbers)


@pytest.mark.slow
async def test_an_expired_candidate_can_be_confirmed_no_more_and_is_composed_by_others(world: World) -> None:
    office = await world.office(TEN)
    vehicle, other = await asyncio.gather(world.reach_selection(office), world.reach_selection(office))
    number = numbers_of(await vehicle.draw())[0]
    column = (await vehicle.put_aside(number)).candidates
    assert column
    await vehicle.skip_past(column.expires_at - timedelta(seconds=30))
    assert set(await world.claims(number, at=await vehicle.now())) == {number}
    await asyncio.gather(
        vehicle.skip_past(column.expires_at), other.skip_past(column.expires_at + timedelta(seconds=5))
    )
    assert (await refusal_of(vehicle.confirm(number))).code == "candidate_expired"
    assert (await other.compose(number)).stage is Stage.COMPLETED


async def test_a_candidate_is_held_for_as_long_as_its_batch_when_that_lasts_longer(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN), candidate_ttl="PT30S")
    state = await vehicle.draw()
    state = await vehicle.put_aside(numbers_of(state)[0])
    assert state.batch
    assert state.candidates
    await vehicle.skip_past(state.candidates.expires_at)
    live = await world.claims(*state.candidates.numbers, at=await vehicle.now())
    assert [claim.until for claim in live.values()] == [state.batch.expires_at]
    assert (await vehicle.put_aside(state.candidates.numbers[0])).candidates


async def test_an_idle_session_ends_at_the_service_notes_and_leaves_the_batch(world: World) -> None:
    vehicle = await world.reach_selection(session_idle="PT1M")
    drawn = await vehicle.draw()
    assert drawn.session_until
    await vehicle.skip_past(drawn.session_until)
    state = await vehicle.wait_for_stage(Stage.SERVICE_NOTES)
    assert state.batch == drawn.batch
    assert (await refusal_of(vehicle.draw())).code == "wrong_stage"
    await vehicle.reach_selection()
    assert (await vehicle.put_aside(numbers_of(drawn)[0])).candidates


@pytest.mark.slow
async def test_only_accepted_actions_prolong_a_session(world: World) -> None:
    vehicle = await world.reach_selection(session_idle="PT5M")
    first = await vehicle.draw()
    await vehicle.skip(timedelta(minutes=2))
    assert (await refusal_of(vehicle.put_aside("京A00000"))).code == "not_in_batch"
    assert (await vehicle.state()).session_until == first.session_until
    second = await vehicle.draw()
    assert first.session_until
    assert second.session_until
    assert second.session_until - first.session_until >= timedelta(minutes=2)
    # The timer was not restarted: it wakes the workflow at the old end, and continues to the new one.
    await vehicle.skip_past(first.session_until)
    assert (await vehicle.draw()).stage is Stage.PLATE_SELECTION


async def test_the_interval_between_submissions_ends_by_itself(world: World) -> None:
    office = await world.office(TEN)
    vehicle, owner = await asyncio.gather(
        world.reach_selection(office, compose_interval="PT10S"), world.reach_selection(office)
    )
    taken = f"{office.prefixes[0]}A1231"
    await owner.compose(taken)
    early = await refusal_of(vehicle.compose(taken))
    assert isinstance(early, TooEarly)
    await vehicle.skip_past(early.retry_at)
    state = await vehicle.compose(taken)
    assert state.compose_from
    assert state.compose_from - state.last_action_at == timedelta(seconds=10)


async def test_the_confirm_button_waits_for_its_countdown(world: World) -> None:
    vehicle = await world.vehicle()
    code = (await vehicle.reach_identity()).identity
    assert code
    early = await refusal_of(vehicle.confirm_identity())
    assert isinstance(early, TooEarly)
    assert early.retry_at == code.confirm_enabled_at
    await vehicle.skip_past(code.confirm_enabled_at)
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION
