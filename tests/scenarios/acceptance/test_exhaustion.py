"""No chance left (R-07, R-29, R-30, R-47): automatic, when the last batch and the last candidate have ended."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.scenarios.acceptance.people import DemoSelection, DemoService, instant, ok, problem_of, wait_until
from tests.support.running_stack import Json
from tests.support.waiting import eventually

WITHIN_S = 2


async def use_up(hurried: DemoService) -> tuple[DemoSelection, Json]:
    """Only the last batch is left, for three seconds."""
    selection, rival = await hurried.selecting(2)
    taken = await rival.draw()
    ok(await selection.compose(*taken[:3]))
    ok(await selection.compose(taken[3]))
    await selection.draw()
    view = await selection.do("draws", {})
    assert (view["composed"]["remaining"], view["draws"]["remaining"]) == (0, 0)
    assert view["stage"] == "plate_selection"
    return selection, view


async def first_with(views: AsyncIterator[Json], stage: str) -> Json:
    async for view in views:
        if view["stage"] == stage:
            return view
    raise AssertionError("the stream has ended")


@pytest.mark.requirement("R-30")
async def test_a_used_up_vehicle_is_exhausted_by_itself_and_sent_to_the_office(hasty_service: DemoService) -> None:
    selection, view = await use_up(hasty_service)
    ends_at = view["batch"]["expires_at"]
    async with selection.events() as views, asyncio.timeout(3 + WITHIN_S):
        last = await first_with(views, "exhausted")
    assert 0 <= (instant(last["now"]) - instant(ends_at)).total_seconds() <= WITHIN_S
    assert (last["batch"], last["candidates"]) == (None, None)
    applicant = selection.owner
    answer = await applicant.enter()
    assert answer["screen"] == "exhausted"
    assert "车管所" in answer["message"]
    assert answer["preselection"]["stage"] == "exhausted"
    for action, body in (("start", None), ("draws", {}), ("compositions", {"numbers": ["粤BA1234"]})):
        problem = problem_of(await selection.post(action, body), "wrong_stage")
        assert problem["stage"] == "exhausted"
    await applicant.ask_code()
    problem_of(await applicant.post("/preselections", await applicant.submission()), "vehicle_exhausted")
    # Another vehicle of theirs has separate chances.
    other = await applicant.submission(applicant.cars_bought[1])
    view = ok(await applicant.post("/preselections", other), 201)
    assert (view["draws"]["remaining"], view["composed"]["remaining"]) == (2, 4)


async def test_a_live_candidate_is_a_chance_to_the_end(hasty_service: DemoService) -> None:
    selection, view = await use_up(hasty_service)
    # The candidate's countdown begins so late that it outlives the batch.
    await asyncio.sleep(2)
    number = view["batch"]["numbers"][7]
    after = await selection.put_aside(number)
    await wait_until(view["batch"]["expires_at"])
    assert (await selection.owner.enter())["screen"] == "service_notes"
    verified = await selection.verify()
    assert verified["candidates"] == after["candidates"]
    assert (await selection.do("confirmation", {"number": number}))["plate"] == number


async def test_exhausted_without_anybody_looking_is_seen_within_two_seconds(hasty_service: DemoService) -> None:
    selection, view = await use_up(hasty_service)
    number = view["batch"]["numbers"][0]
    ends_at = (await selection.put_aside(number))["candidates"]["expires_at"]
    await wait_until(max(ends_at, view["batch"]["expires_at"]))

    async def is_exhausted() -> bool:
        return await selection.stage() == "exhausted"

    assert await eventually(is_exhausted, within=WITHIN_S)
    problem_of(await selection.post("confirmation", {"number": number}), "wrong_stage")
