"""Leaving and re-entering: holds are still there, with their running countdown (R-05, R-15)."""

import asyncio
from datetime import timedelta

import pytest

from domain.preselection.values import Stage
from tests.support.refusals import refusal_of
from tests.support.vehicles import numbers_of
from tests.support.world import World

TEN = "A123!"


async def test_with_the_last_draw_used_the_live_batch_is_found_again(either_world: World) -> None:
    vehicle = await either_world.reach_selection(draws="1", composed="0", code_resend="PT0S")
    drawn = await vehicle.draw()
    entered = await vehicle.enter()
    assert (entered.stage, entered.draws_remaining) == (Stage.SERVICE_NOTES, 0)
    assert entered.batch == drawn.batch
    found = await vehicle.reach_selection()
    assert found.batch == drawn.batch
    number = numbers_of(found)[0]
    await vehicle.put_aside(number)
    assert (await vehicle.confirm(number)).stage is Stage.COMPLETED


async def test_with_the_last_draw_used_the_live_candidates_are_found_again(world: World) -> None:
    vehicle = await world.reach_selection(draws="1", composed="0", code_resend="PT0S")
    number = numbers_of(await vehicle.draw())[0]
    column = (await vehicle.put_aside(number)).candidates
    assert column
    await vehicle.skip(timedelta(seconds=100))
    await vehicle.enter()
    found = await vehicle.reach_selection()
    assert found.candidates == column
    assert (await refusal_of(vehicle.put_aside(number))).code == "batch_expired"
    assert (await vehicle.confirm(number)).stage is Stage.COMPLETED


async def test_entering_again_voids_the_identity_code(world: World) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S", code_resend="PT0S")
    await vehicle.reach_identity()
    assert (await vehicle.enter()).identity is None
    assert (await refusal_of(vehicle.confirm_identity())).code == "wrong_stage"
    await vehicle.start()
    assert (await refusal_of(vehicle.confirm_identity())).code == "code_not_sent"
    await vehicle.send_code()
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION


@pytest.mark.slow
async def test_exhausted_comes_by_itself_when_the_last_hold_ends(world: World) -> None:
    by_batch, by_candidate = await asyncio.gather(
        world.reach_selection(draws="1", composed="0"), world.reach_selection(draws="1", composed="0")
    )
    batch = (await by_batch.draw()).batch
    column = (await by_candidate.put_aside(numbers_of(await by_candidate.draw())[0])).candidates
    assert batch
    assert column
    await asyncio.gather(by_batch.skip_past(batch.expires_at), by_candidate.skip_past(batch.expires_at))
    await by_batch.wait_for_stage(Stage.EXHAUSTED)
    assert (await by_candidate.state()).stage is Stage.PLATE_SELECTION
    await by_candidate.skip_past(column.expires_at)
    await by_candidate.wait_for_stage(Stage.EXHAUSTED)
    await asyncio.gather(by_batch.wait_for_end(), by_candidate.wait_for_end())


async def test_exhausted_comes_at_once_when_nothing_is_held(world: World) -> None:
    office = await world.office(TEN)
    owner, vehicle = await asyncio.gather(
        world.reach_selection(office), world.reach_selection(office, draws="0", composed="1")
    )
    number = f"{office.prefixes[0]}A1231"
    await owner.compose(number)
    state = await vehicle.compose(number)
    assert (state.stage, state.composed_remaining) == (Stage.EXHAUSTED, 0)
    assert [tried.number for tried in state.last_submission or ()] == [number]
    await vehicle.wait_for_end()


async def test_a_used_up_vehicle_gets_no_new_chance_by_a_new_preselection(world: World) -> None:
    vehicle = await world.reach_selection(draws="1", composed="0")
    batch = (await vehicle.draw()).batch
    assert batch
    await vehicle.skip_past(batch.expires_at)
    await vehicle.wait_for_stage(Stage.EXHAUSTED)
    again = await world.new_vehicle(
        vehicle.office, {"draws": "1", "composed": "0"}, person=vehicle.person, vin=vehicle.vin
    )
    assert (await refusal_of(again.begin())).code == "vehicle_exhausted"
    await again.wait_for_end()
