"""The second code: attempts, expiry, limits, and an unavailable SMS gateway (R-16, R-17)."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.dependencies import DependencyUnavailable
from domain.errors import CodeIncorrect, RateLimited, Unavailable
from domain.preselection.values import Stage
from storage.sms.quota import ServiceCodes
from tests.support.refusals import refusal_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World
from workflows.messages import Action


def wrong_digits(vehicle: Vehicle) -> str:
    """Six digits that are not those of the newest code."""
    return "000000" if vehicle.texts("confirm_identity")[-1].code != "000000" else "111111"


async def test_a_wrong_code_costs_an_attempt_and_after_the_last_a_new_code_is_needed(either_world: World) -> None:
    vehicle = await either_world.vehicle(confirm_delay="PT0S", code_resend="PT0S", code_attempts="2")
    await vehicle.reach_identity()
    wrong = [await refusal_of(vehicle.confirm_identity(wrong_digits(vehicle))) for _ in range(2)]
    assert all(isinstance(refusal, CodeIncorrect) for refusal in wrong)
    assert [refusal.facts() for refusal in wrong] == [{"attempts_left": 1}, {"attempts_left": 0}]
    assert (await refusal_of(vehicle.confirm_identity())).code == "code_attempts_exceeded"
    await vehicle.send_code()
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION


async def test_an_expired_code_is_good_for_nothing(world: World) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S", code_ttl="PT1M")
    await vehicle.reach_identity()
    await vehicle.skip(timedelta(minutes=1))
    assert (await refusal_of(vehicle.confirm_identity())).code == "code_expired"
    await vehicle.send_code()
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION


async def test_a_newer_code_replaces_the_older_one(world: World) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S", code_resend="PT0S")
    await vehicle.reach_identity()
    older = vehicle.texts("confirm_identity")[-1].code
    await vehicle.send_code()
    newer = vehicle.texts("confirm_identity")[-1].code
    if older != newer:
        assert (await refusal_of(vehicle.confirm_identity(older))).code == "code_incorrect"
    assert (await vehicle.confirm_identity(newer)).stage is Stage.PLATE_SELECTION


async def test_a_new_code_restarts_the_countdown_of_the_button(world: World) -> None:
    vehicle = await world.vehicle(confirm_delay="PT1M", code_resend="PT1S")
    first = (await vehicle.reach_identity()).identity
    await vehicle.skip(timedelta(seconds=30))
    second = (await vehicle.send_code()).identity
    assert first
    assert second
    assert second.confirm_enabled_at - first.confirm_enabled_at >= timedelta(seconds=30)
    await vehicle.skip_past(first.confirm_enabled_at)
    assert (await refusal_of(vehicle.confirm_identity())).code == "too_early"
    await vehicle.skip_past(second.confirm_enabled_at)
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION


@pytest.mark.slow
async def test_codes_are_limited_by_interval_and_hour(world: World) -> None:
    vehicle = await world.vehicle(codes_per_hour="2", code_resend="PT1M")
    await vehicle.reach_identity()
    soon = await refusal_of(vehicle.send_code())
    assert isinstance(soon, RateLimited)
    await vehicle.skip_past(soon.retry_at)
    first = vehicle.texts("confirm_identity")[0]
    await vehicle.send_code()
    await vehicle.skip(timedelta(minutes=2))
    hourly = await refusal_of(vehicle.send_code())
    assert isinstance(hourly, RateLimited)
    assert hourly.retry_at == first.at + timedelta(hours=1)
    await vehicle.skip_past(hourly.retry_at)
    assert (await vehicle.send_code()).identity
    assert len(vehicle.texts("confirm_identity")) == 3


async def test_whoever_holds_a_number_is_not_held_up_by_the_hourly_limit(world: World) -> None:
    vehicle = await world.reach_selection(codes_per_hour="1", code_resend="PT0S", batch_ttl="PT1H")
    await vehicle.draw()
    for _ in range(3):
        await vehicle.enter()
        state = await vehicle.reach_selection()
    assert numbers_of(state)


async def test_when_the_gateway_is_down_the_person_is_informed_and_nothing_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S", codes_per_hour="1")
    await vehicle.start()
    with monkeypatch.context() as patch:
        patch.setattr(world.phone, "down", DependencyUnavailable("sms"))
        refusal = await refusal_of(vehicle.send_code())
    assert isinstance(refusal, Unavailable)
    assert refusal.parts == {"sms": "down"}
    assert (await vehicle.state()).identity is None
    await vehicle.send_code()
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION


async def test_a_request_whose_sms_was_accepted_by_a_gateway_that_failed_then_sends_one_and_its_digits_are_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S", codes_per_hour="1")
    await vehicle.start()
    request = Action(str(uuid4()))
    with monkeypatch.context() as patch:
        patch.setattr(world.phone, "accepted", loses_its_response)
        refusal = await refusal_of(vehicle.send("send_identity_code", request))
    assert isinstance(refusal, Unavailable)
    assert (await vehicle.state()).identity is None
    for _ in range(2):
        await vehicle.send("send_identity_code", request)
    [sent] = vehicle.texts("confirm_identity")
    assert (await vehicle.confirm_identity(sent.code)).stage is Stage.PLATE_SELECTION


def loses_its_response() -> None:
    """The gateway has accepted the SMS, and its answer does not arrive in time."""
    raise DependencyUnavailable("sms", "timeout")


async def test_beyond_the_limit_of_the_whole_service_nothing_is_sent_and_nothing_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S", codes_per_hour="1")
    await vehicle.start()
    with monkeypatch.context() as patch:
        patch.setattr(ServiceCodes, "count", fill_window)
        refusal = await refusal_of(vehicle.send_code())
    assert isinstance(refusal, RateLimited)
    assert not vehicle.texts("confirm_identity")
    await vehicle.send_code()
    assert (await vehicle.confirm_identity()).stage is Stage.PLATE_SELECTION


async def fill_window(_: ServiceCodes, __: UUID, at: datetime) -> None:
    """The state of the window."""
    raise RateLimited(at + timedelta(seconds=30))
