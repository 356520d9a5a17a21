"""备选号牌 (R-37, R-38) and its confirmation (R-28, R-39, R-40, R-43)."""

import asyncio
from datetime import date, timedelta

import pytest

from tests.scenarios.acceptance.people import DemoService, instant, ok, problem_of, seconds_between, wait_until
from tests.support.waiting import eventually

COOLING_S = 1.1


@pytest.mark.requirement("R-37")
async def test_one_of_the_batch_is_put_aside_and_another_choice_replaces_it(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    numbers = await selection.draw()
    assert (await selection.put_aside(numbers[0]))["candidates"]["numbers"] == [numbers[0]]
    view = await selection.put_aside(numbers[9])
    assert view["candidates"]["numbers"] == [numbers[9]]
    assert view["draws"]["remaining"] == 4
    problem_of(await selection.post("confirmation", {"number": numbers[0]}), "not_a_candidate")


async def test_candidates_of_earlier_batches_stay_one_a_batch(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    chosen = []
    for _ in range(5):
        chosen.append((await selection.draw())[0])
        view = await selection.put_aside(chosen[-1])
    assert sorted(view["candidates"]["numbers"]) == sorted(chosen)
    other = view["batch"]["numbers"][1]
    assert set((await selection.put_aside(other))["candidates"]["numbers"]) == {*chosen[:-1], other}
    assert (await selection.do("confirmation", {"number": chosen[0]}))["plate"] == chosen[0]


async def test_the_same_choice_again_changes_nothing(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    number = (await selection.draw())[0]
    first = await selection.put_aside(number)
    await asyncio.sleep(0.05)
    again = await selection.put_aside(number.lower())
    assert again["candidates"] == first["candidates"]
    assert 179 <= seconds_between(first["now"], first["candidates"]["expires_at"]) <= 180


async def test_a_choice_of_another_restarts_the_column_s_countdown(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    numbers = await selection.draw()
    first = (await selection.put_aside(numbers[0]))["candidates"]["expires_at"]
    await asyncio.sleep(0.05)
    await selection.draw()
    assert (await selection.view())["candidates"]["expires_at"] == first
    view = await selection.put_aside((await selection.view())["batch"]["numbers"][0])
    assert view["candidates"]["expires_at"] > first


async def test_only_a_number_of_the_live_batch_and_only_a_live_candidate_will_do(service: DemoService) -> None:
    selection, rival = await service.selecting(2)
    problem_of(await selection.post("candidates", {"number": (await rival.draw())[0]}), "not_in_batch")
    numbers = await selection.draw()
    problem_of(await selection.post("confirmation", {"number": numbers[0]}), "not_a_candidate")
    problem_of(await selection.post("candidates", {"number": "粤BA1234"}), "not_in_batch")
    await selection.put_aside(numbers[0])
    problem_of(await selection.post("confirmation", {"number": numbers[1]}), "not_a_candidate")


@pytest.mark.slow
async def test_a_candidate_is_kept_from_everybody_else_also_after_the_next_draw(service: DemoService) -> None:
    selection, rival = await service.selecting(2)
    number = (await selection.draw())[0]
    await selection.put_aside(number)
    await selection.draw()
    view = await rival.composed(number)
    assert view["last_submission"] == [{"number": number, "outcome": "taken"}]
    assert view["composed"]["remaining"] == 19


@pytest.mark.requirement("R-39", "R-40")
async def test_confirming_leads_to_completed_with_a_day_and_a_deadline(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    view = await selection.reserve()
    assert view["stage"] == "completed"
    assert (view["batch"], view["candidates"], view["identity"]) == (None, None, None)
    assert view["composed"]["confirm_enabled_at"] is None
    last_day = date.fromisoformat(view["visit_by"])
    today = (instant(view["now"]) + timedelta(hours=8)).date()
    # Three working days, without weekends and holidays.
    assert 3 <= (last_day - today).days <= 14
    assert last_day.weekday() < 5 or (last_day - today).days > 3
    # The day counts to its end in Shanghai.
    assert view["deadline"] == f"{view['visit_by']}T16:00:00.000Z"
    assert view["plate"][:2] in view["office"]["prefixes"]


@pytest.mark.requirement("R-43")
async def test_a_message_about_the_success_names_the_whole_plate_within_ten_seconds(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    plate = (await selection.reserve())["plate"]

    async def has_sms() -> bool:
        return any(plate in message["text"] for message in await selection.owner.messages())

    assert await eventually(has_sms, within=10)


async def test_after_completion_every_action_is_of_the_wrong_stage(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    plate = (await selection.reserve())["plate"]
    bodies = {"draws": {}, "compositions": {"numbers": [plate]}, "candidates": {"number": plate}}
    bodies |= {"confirmation": {"number": plate}, "identity": {"code": "000000"}}
    for action in ("draws", "compositions", "candidates", "confirmation", "start", "identity-code", "identity"):
        problem = problem_of(await selection.post(action, bodies.get(action)), "wrong_stage")
        assert problem["stage"] == "completed"


async def test_cancellation_is_refused_before_the_stage_where_the_policy_forbids_it(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    problem_of(await selection.post("cancellation"), "cancellation_not_allowed")


async def test_cancellation_where_it_is_allowed_frees_the_vehicle_and_later_the_number(
    hasty_service: DemoService,
) -> None:
    selection, rival = await hasty_service.selecting(2)
    problem_of(await selection.post("cancellation"), "wrong_stage")
    plate = (await selection.reserve())["plate"]
    view = await selection.do("cancellation")
    assert (view["stage"], view["plate"], view["deadline"]) == ("cancelled", None, None)

    # It cools for up to a second; an attempt that is too early would cost a number.
    await asyncio.sleep(COOLING_S)
    assert ok(await rival.compose(plate))["plate"] == plate


@pytest.mark.requirement("R-38")
async def test_at_zero_the_column_is_void_and_its_numbers_are_free(hasty_service: DemoService) -> None:
    selection, rival = await hasty_service.selecting(2)
    number = (await selection.draw())[0]
    view = await selection.put_aside(number)
    await wait_until(view["candidates"]["expires_at"])
    after = await selection.view()
    assert after["candidates"] is None
    problem_of(await selection.post("confirmation", {"number": number}), "candidate_expired")
    problem_of(await selection.post("confirmation", {"number": view["batch"]["numbers"][1]}), "not_a_candidate")
    assert ok(await rival.compose(number))["plate"] == number


async def test_the_column_s_countdown_is_capped_from_the_first_candidate(hasty_service: DemoService) -> None:
    selection = await (await hasty_service.applicant()).selecting()
    first = (await selection.put_aside((await selection.draw())[0]))["candidates"]["expires_at"]
    await asyncio.sleep(1.2)
    view = await selection.put_aside((await selection.draw())[0])
    # Three seconds for each, four from the first: one second after the first end.
    assert len(view["candidates"]["numbers"]) == 2
    assert seconds_between(first, view["candidates"]["expires_at"]) == 1


async def test_a_candidate_goes_on_when_its_batch_has_ended(hasty_service: DemoService) -> None:
    selection = await (await hasty_service.applicant()).selecting()
    view = await selection.do("draws", {})
    await asyncio.sleep(1.5)
    number = view["batch"]["numbers"][0]
    await selection.put_aside(number)
    await wait_until(view["batch"]["expires_at"])
    assert (await selection.do("confirmation", {"number": number}))["plate"] == number
