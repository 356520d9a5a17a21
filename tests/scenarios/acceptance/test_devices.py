"""Two tabs, two devices, two people: every countdown and every count applies to all of them."""

import asyncio

from tests.scenarios.acceptance.people import DemoApplicant, DemoSelection, DemoService, ok, problem_of, wait_until
from tests.support.running_stack import Json


async def second_device(service: DemoService, selection: DemoSelection) -> DemoSelection:
    """The same person with a second token."""
    return DemoSelection(await service.signed_in(selection.owner.user, list(selection.owner.cars_bought)), selection.id)


async def test_a_second_device_sees_and_goes_on_with_the_same_session(service: DemoService) -> None:
    here = await (await service.applicant()).selecting()
    there = await second_device(service, here)
    numbers = await here.draw()
    assert (await there.view())["batch"]["numbers"] == numbers
    await there.put_aside(numbers[0])
    assert (await here.do("confirmation", {"number": numbers[0]}))["plate"] == numbers[0]
    problem_of(await there.post("confirmation", {"number": numbers[0]}), "wrong_stage")


async def test_a_countdown_holds_on_the_other_device_too(service: DemoService) -> None:
    here = await (await service.applicant()).selecting()
    there = await second_device(service, here)
    number = (await here.free_numbers(1))[0]
    await here.owner.enter()
    opens = (await there.verify())["composed"]["confirm_enabled_at"]
    for device in (here, there):
        assert problem_of(await device.compose(number), "too_early")["retry_at"] == opens


async def test_parallel_draws_cost_one_chance_each_and_leave_one_batch(service: DemoService) -> None:
    here = await (await service.applicant()).selecting()
    there = await second_device(service, here)
    views: list[Json] = [ok(answer) for answer in await asyncio.gather(here.post("draws", {}), there.post("draws", {}))]
    assert sorted(view["draws"]["remaining"] for view in views) == [3, 4]
    assert not set(views[0]["batch"]["numbers"]) & set(views[1]["batch"]["numbers"])
    last = min(views, key=lambda view: view["draws"]["remaining"])
    assert (await here.view())["batch"] == last["batch"]


async def test_more_parallel_draws_than_chances_never_go_below_zero(service: DemoService) -> None:
    here = await (await service.applicant()).selecting()
    answers = await asyncio.gather(*(here.post("draws", {}) for _ in range(8)))
    codes = sorted(answer.json().get("code", "drawn") for answer in answers)
    assert codes == [*["drawn"] * 5, *["no_draws_left"] * 3]
    assert (await here.view())["draws"]["remaining"] == 0


async def test_parallel_confirmations_of_two_candidates_give_one_plate(service: DemoService) -> None:
    here = await (await service.applicant()).selecting()
    chosen = []
    for _ in range(2):
        chosen.append((await here.draw())[0])
        await here.put_aside(chosen[-1])
    answers = await asyncio.gather(*(here.post("confirmation", {"number": number}) for number in chosen))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    plate = (await here.view())["plate"]
    assert next(answer.json()["plate"] for answer in answers if answer.status_code == 200) == plate


async def test_a_parallel_creation_of_one_vehicle_succeeds_once(service: DemoService) -> None:
    applicant: DemoApplicant = await service.applicant()
    await applicant.ask_code()
    body = await applicant.submission()
    answers = await asyncio.gather(*(applicant.post("/preselections", body) for _ in range(4)))
    codes = sorted(answer.json().get("code", "created") for answer in answers)
    assert codes.count("created") == 1
    assert len(ok(await applicant.get("/preselections"))["items"]) == 1


async def test_numbers_drawn_by_many_at_once_never_meet(service: DemoService) -> None:
    selections = await service.selecting(6)
    drawn = await asyncio.gather(*(selection.draw() for selection in selections))
    numbers = [number for batch in drawn for number in batch]
    assert len(numbers) == len(set(numbers)) == 60


async def test_composing_and_drawing_at_once_charge_each_what_it_cost(service: DemoService) -> None:
    here, rival = await service.selecting(2)
    taken = (await rival.draw())[:2]
    await wait_until((await here.view())["composed"]["confirm_enabled_at"])
    drawn, composed = await asyncio.gather(here.post("draws", {}), here.compose(*taken))
    ok(drawn)
    ok(composed)
    view = await here.view()
    assert (view["draws"]["remaining"], view["composed"]["remaining"]) == (4, 18)
    assert view["batch"]
