"""Whole journeys of a vehicle's workflow: with updates, and the same journeys with signals only."""

from datetime import timedelta

from domain.preselection.values import Outcome, Stage
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World


async def test_a_journey_by_draw_ends_with_a_reserved_plate_and_an_sms(either_world: World) -> None:
    vehicle = await either_world.vehicle()
    assert (await vehicle.state()).stage is Stage.SERVICE_NOTES
    assert (await vehicle.start()).stage is Stage.IDENTITY_VERIFICATION
    code = (await vehicle.send_code()).identity
    assert code
    assert code.expires_at - code.confirm_enabled_at == timedelta(minutes=5) - timedelta(seconds=5)
    await vehicle.skip_past(code.confirm_enabled_at)
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION
    drawn = await vehicle.draw()
    assert len(set(numbers_of(drawn))) == 10
    assert drawn.draws_remaining == 4
    number = numbers_of(drawn)[3]
    held = (await vehicle.put_aside(number)).candidates
    assert held
    assert held.numbers == (number,)
    await assert_completed(vehicle, await vehicle.confirm(number), number)


async def test_a_journey_by_composition_ends_with_a_reserved_plate_and_an_sms(either_world: World) -> None:
    vehicle = await either_world.vehicle(confirm_delay="PT0S")
    selecting = await vehicle.reach_selection()
    assert selecting.compose_from
    await vehicle.skip_past(selecting.compose_from)
    number = f"{vehicle.office.prefixes[0]}20261"
    state = await vehicle.compose(number)
    assert [(tried.number, tried.outcome) for tried in state.last_submission or ()] == [(number, Outcome.ACCEPTED)]
    assert state.composed_remaining == 20
    await assert_completed(vehicle, state, number)


async def assert_completed(vehicle: Vehicle, state: object, number: str) -> None:
    row = await vehicle.row()
    assert state == await vehicle.state()
    assert row.stage == Stage.COMPLETED
    assert row.plate == number
    assert row.visit_by
    assert number in (await vehicle.text("reserved")).text
    claims = await vehicle.world.claims(number, at=await vehicle.now())
    assert claims[number].kind == "reserved"
