"""Automatic SMS: they delay nothing, and arrive once when the gateway is available again."""

from datetime import timedelta

import pytest

from domain.dependencies import CallDeclined, DependencyUnavailable
from domain.preselection.values import Stage
from embedded.postgres import Postgres
from storage.sms.deliveries import DeliveryState, SmsDelivery
from tests.support.temporal_ui import details_of
from tests.support.vehicles import Vehicle
from tests.support.waiting import eventually
from tests.support.world import World

A_DAY = timedelta(days=1)


async def deliveries_of(vehicle: Vehicle) -> list[SmsDelivery]:
    return await vehicle.world.repositories.sms_deliveries.of_preselection(vehicle.id)


async def delivery_of(vehicle: Vehicle) -> SmsDelivery:
    """The delivery record of the only SMS, after its first attempt."""
    [delivery] = await eventually(lambda: deliveries_of(vehicle))
    return delivery


async def compose(vehicle: Vehicle) -> None:
    await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")


async def test_a_text_that_can_not_be_sent_holds_nothing_up_and_arrives_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicle = await world.reach_selection()
    with monkeypatch.context() as patch:
        patch.setattr(world.phone, "down", DependencyUnavailable("sms"))
        state = await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")
        assert state.reservation
        later = state.reservation.visit_by.replace(year=2030)
        assert (await vehicle.extend_validity(later)).stage is Stage.COMPLETED
        assert (await vehicle.register()).stage is Stage.REGISTERED
        assert not vehicle.texts("reserved")
    await vehicle.text("reserved")
    # The workflow ends only when all its SMS have been sent.
    await vehicle.wait_for_end()
    assert [len(vehicle.texts(purpose)) for purpose in ("reserved", "deadline_moved")] == [1, 1]


async def test_what_was_handed_over_is_recorded_without_a_personal_value(world: World) -> None:
    vehicle = await world.reach_selection()
    await compose(vehicle)
    message = await vehicle.text("reserved")

    async def find_delivery() -> SmsDelivery | None:
        delivery = await delivery_of(vehicle)
        return delivery if delivery.handed_at else None

    delivery = await eventually(find_delivery)
    assert (delivery.purpose, delivery.attempts, delivery.failure) == ("reserved", 1, None)
    assert delivery.handed_at
    assert delivery.handed_at >= delivery.ordered_at
    assert delivery.state_at(delivery.give_up_at) is DeliveryState.HANDED_OVER
    assert delivery.key == message.idempotency_key
    assert not {message.phone, message.text} & set(map(str, vars(delivery).values()))
    assert "`reserved` 已交付" in await details_of(vehicle.handle)


async def test_why_a_text_waits_is_recorded_and_operators_see_it_in_the_details(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicle = await world.reach_selection()
    with monkeypatch.context() as patch:
        patch.setattr(world.phone, "down", DependencyUnavailable("sms", "status 503"))
        await compose(vehicle)

        async def find_failure() -> SmsDelivery | None:
            delivery = await delivery_of(vehicle)
            return delivery if delivery.failure else None

        delivery = await eventually(find_failure)
        assert delivery.failure == "sms does not answer: status 503"
        assert delivery.state_at(delivery.tried_at) is DeliveryState.WAITING
        assert delivery.state_at(delivery.ordered_at + A_DAY) is DeliveryState.GIVEN_UP
        assert "`reserved` 发送中" in await details_of(vehicle.handle)
    await vehicle.text("reserved")


async def test_a_text_that_was_given_up_stands_in_the_details(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    vehicle = await world.reach_selection()
    # The provider will never take it. After a day of attempts it is shown in the same way.
    monkeypatch.setattr(world.phone, "down", CallDeclined("sms", "isv.MOBILE_NUMBER_ILLEGAL", is_final=True))
    await compose(vehicle)

    async def is_shown() -> bool:
        return "`reserved` ❌ 未能送出" in await details_of(vehicle.handle)

    await eventually(is_shown)
    delivery = await delivery_of(vehicle)
    assert (delivery.state_at(delivery.tried_at), delivery.attempts) == (DeliveryState.FAILED, 1)
    assert delivery.failure == "sms declined the call: isv.MOBILE_NUMBER_ILLEGAL"


async def attempts_under_way(vehicle: Vehicle) -> int:
    """The attempt of an activity that Temporal waits for; 0 when there is none."""
    pending = (await vehicle.handle.describe()).raw_description.pending_activities
    return max((each.attempt for each in pending), default=0)


@pytest.mark.slow
async def test_a_text_that_the_gateway_took_but_could_not_be_recorded_goes_out_once(
    world: World, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicle = await world.reach_selection()
    monkeypatch.setattr(world.phone, "accepted", postgres.freeze)
    try:
        await vehicle.handle.signal("compose", {"numbers": [f"{vehicle.office.prefixes[0]}20261"]})
        await vehicle.text("reserved")
        await eventually(lambda: is_tried_again(vehicle))
    finally:
        postgres.thaw()

    async def find_delivery() -> bool:
        return (await delivery_of(vehicle)).handed_at is not None

    await eventually(find_delivery)
    assert len(vehicle.texts("reserved")) == 1


async def is_tried_again(vehicle: Vehicle) -> bool:
    return await attempts_under_way(vehicle) > 1
