"""Whole ways through a vehicle's workflow, in skipped time on the real servers."""

from domain.preselection_parts import Stage
from tests.workflows.world import World, text_to


async def test_a_journey_by_draw_ends_with_a_reserved_plate_and_an_sms(world: World) -> None:
    vehicle = await world.vehicle()
    state = await vehicle.reach_completed()
    assert state.stage is Stage.COMPLETED
    assert state.draws_remaining == 4
    assert state.reservation.plate.startswith(vehicle.office.prefixes[0])
    assert state.reservation.plate in (await text_to(vehicle, "reserved")).text
