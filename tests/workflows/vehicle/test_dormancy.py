"""Unfinished and idle: the preselection becomes dormant, its holds end, its buyer continues with the same counts."""

import asyncio
from datetime import timedelta

import pytest

from domain.errors import VehicleInUse
from domain.preselection.values import Stage
from tests.support.refusals import refusal_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World

pytestmark = pytest.mark.slow

LONG = {"batch_ttl": "P40D", "candidate_ttl": "P40D", "candidate_ttl_cap": "P40D", "session_idle": "P40D"}


async def asleep(vehicle: Vehicle) -> None:
    """Skip thirty days without an act."""
    await vehicle.skip(timedelta(days=30))
    await vehicle.wait_until(lambda state: state.dormant)
    await vehicle.wait_for_end()


async def test_after_so_long_without_an_action_it_falls_asleep_and_its_holds_lapse(world: World) -> None:
    vehicle = await world.reach_selection(settings=LONG)
    drawn = await vehicle.draw()
    await vehicle.put_aside(numbers_of(drawn)[0])
    await asleep(vehicle)
    state, row = await vehicle.state(), await vehicle.row()
    assert (state.stage, state.batch, state.candidates, row.dormant) == (Stage.SERVICE_NOTES, None, None, True)
    assert not await world.claims(*numbers_of(drawn), at=row.changed_at)


async def test_its_buyer_goes_on_with_the_same_counts(world: World) -> None:
    vehicle = await world.reach_selection(settings=LONG, code_resend="PT0S")
    drawn = await vehicle.draw()
    await asleep(vehicle)
    revived = await vehicle.revive()
    assert (revived.stage, revived.dormant, revived.draws_remaining) == (Stage.SERVICE_NOTES, False, 4)
    await vehicle.reach_selection()
    again = await vehicle.draw()
    assert again.draws_remaining == 3
    assert not set(numbers_of(drawn)) & set(numbers_of(again))


async def test_what_another_account_of_the_same_buyer_used_up_meanwhile_is_used_up(world: World) -> None:
    """Counts belong to the transfer (R-45), and a vehicle is never offered the same number twice."""
    at_once = {"confirm_delay": "PT0S", "compose_interval": "PT0S", "code_resend": "PT0S", "composed": "0"}
    few = at_once | {"draws": "2"}
    first = await world.vehicle(await world.office("0000!", "0001!"), few)
    await asleep(first)
    second = await world.vehicle(first.office, few, person=first.person, vin=first.vin)
    await second.reach_selection()
    drawn = numbers_of(await second.draw())
    await asleep(second)
    assert (await first.revive()).draws_remaining == 1
    await first.reach_selection()
    assert not set(drawn) & set(numbers_of(await first.draw()))
    await first.skip(first.policy.batch_ttl.timedelta())
    await first.wait_for_stage(Stage.EXHAUSTED)
    await first.wait_for_end()
    assert (await second.revive()).stage is Stage.EXHAUSTED
    await second.wait_for_end()
    third = await world.new_vehicle(first.office, few, person=first.person, vin=first.vin)
    assert (await refusal_of(third.begin())).code == "vehicle_exhausted"


async def test_an_action_puts_the_end_off(world: World) -> None:
    vehicle = await world.vehicle()
    await vehicle.skip(timedelta(days=20))
    await vehicle.enter()
    await vehicle.skip(timedelta(days=20))
    assert not (await vehicle.state()).dormant
    await vehicle.skip(timedelta(days=11))
    await vehicle.wait_until(lambda state: state.dormant)


async def test_another_buyer_enters_only_while_it_sleeps_and_keeps_the_first_one_out_then(world: World) -> None:
    first = await world.vehicle()
    rival = await world.new_vehicle(first.office, vin=first.vin)
    assert (await refusal_of(rival.begin())).code == "vehicle_in_use"
    await rival.wait_for_end()
    await asleep(first)
    second = await world.vehicle(first.office, vin=first.vin)
    assert (await second.state()).draws_remaining == 5
    assert (await refusal_of(first.revive())).code == "vehicle_in_use"
    await first.wait_for_end()
    await asleep(second)
    assert (await first.revive()).stage is Stage.SERVICE_NOTES


async def test_two_preselections_of_one_vehicle_never_begin_both(world: World) -> None:
    office = await world.office()
    rivals = [await world.new_vehicle(office, vin="VINOFTWORIVALS001") for _ in range(5)]
    codes = await asyncio.gather(*(try_begin(rival) for rival in rivals))
    assert sorted(codes) == ["began", *["vehicle_in_use"] * 4]


async def try_begin(vehicle: Vehicle) -> str:
    try:
        await vehicle.begin()
    except VehicleInUse as refusal:
        return refusal.code
    return "began"
