"""SMS that nobody waits for: they hold nothing up, and arrive once when the gateway is back."""

import pytest

from domain.preselection_parts import Stage
from gateways.failures import GatewayDown
from tests.workflows.world import World


async def test_a_text_that_can_not_be_sent_holds_nothing_up_and_arrives_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicle = await world.selecting()
    with monkeypatch.context() as patch:
        patch.setattr(world.phone, "down", GatewayDown("sms"))
        state = await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")
        assert state.reservation
        later = state.reservation.visit_by.replace(year=2030)
        assert (await vehicle.extend_validity(later)).stage is Stage.COMPLETED
        assert (await vehicle.register()).stage is Stage.REGISTERED
        assert not vehicle.texts("reserved")
    await vehicle.text("reserved")
    # The workflow ends only when what it had to tell was told.
    await vehicle.ends()
    assert [len(vehicle.texts(purpose)) for purpose in ("reserved", "deadline_moved")] == [1, 1]
