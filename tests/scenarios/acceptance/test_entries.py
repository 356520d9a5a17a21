"""`POST /entries`: the screen after an entry (R-01, R-05 to R-08, R-15)."""

from uuid import uuid4

import pytest

from tests.scenarios.acceptance.people import DemoService, ok, problem_of


@pytest.mark.requirement("R-01")
async def test_whoever_has_nothing_yet_comes_to_the_introduction(service: DemoService) -> None:
    applicant = await service.applicant()
    answer = await applicant.enter()
    assert answer["screen"] == "introduction"
    assert answer["preselection"] is None
    assert answer["blacklist"] is None


@pytest.mark.requirement("R-06")
@pytest.mark.parametrize("actions", [(), ("start",), ("start", "identity-code")])
async def test_with_chances_left_they_come_to_the_service_notes(service: DemoService, actions: tuple[str, ...]) -> None:
    selection = await (await service.applicant()).submitted()
    for action in actions:
        await selection.do(action)
    answer = await selection.owner.enter()
    assert answer["screen"] == "service_notes"
    assert answer["preselection"]["id"] == selection.id
    assert answer["preselection"]["stage"] == "service_notes"
    assert answer["preselection"]["identity"] is None
    assert await selection.stage() == "service_notes"


@pytest.mark.requirement("R-15")
async def test_a_selection_left_unfinished_keeps_batch_and_candidates_with_their_countdowns(
    service: DemoService,
) -> None:
    selection = await (await service.applicant()).selecting()
    numbers = await selection.draw()
    before = await selection.put_aside(numbers[3])
    answer = await selection.owner.enter()
    assert answer["screen"] == "service_notes"
    problem_of(await selection.post("candidates", {"number": numbers[4]}), "wrong_stage")
    after = await selection.verify()
    assert (after["batch"], after["candidates"]) == (before["batch"], before["candidates"])
    assert after["draws"] == before["draws"]
    assert (await selection.do("confirmation", {"number": numbers[3]}))["plate"] == numbers[3]


async def test_a_new_entry_voids_an_identity_code(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    await selection.do("start")
    await selection.do("identity-code")
    code = await selection.owner.last_code("confirm_identity")
    await selection.owner.enter()
    await selection.do("start")
    problem_of(await selection.post("identity", {"code": code}), "code_not_sent")


@pytest.mark.requirement("R-08")
async def test_whoever_has_a_plate_comes_to_completed_at_every_entry(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    plate = (await selection.reserve())["plate"]
    for body in ({}, {}, {"preselection_id": selection.id}):
        answer = await selection.owner.enter(**body)
        assert answer["screen"] == "completed"
        assert answer["preselection"]["plate"] == plate
        assert answer["preselection"]["stage"] == "completed"


async def test_another_vehicle_begins_with_the_introduction_and_leaves_the_first_alone(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    answer = await selection.owner.enter(new_vehicle=True)
    assert (answer["screen"], answer["preselection"]) == ("introduction", None)
    assert await selection.stage() == "plate_selection"


async def test_the_newest_is_meant_unless_an_id_says_another(service: DemoService) -> None:
    applicant = await service.applicant()
    older = await applicant.submitted(applicant.cars_bought[0])
    newer = await applicant.submitted(applicant.cars_bought[1])
    assert (await applicant.enter())["preselection"]["id"] == newer.id
    assert (await applicant.enter(preselection_id=older.id))["preselection"]["id"] == older.id
    items = ok(await applicant.get("/preselections"))["items"]
    assert [item["id"] for item in items] == [newer.id, older.id]


async def test_whatever_is_not_the_callers_own_can_t_be_entered(service: DemoService) -> None:
    selection, stranger = await (await service.applicant()).submitted(), await service.applicant()
    theirs = problem_of(await stranger.post("/entries", {"preselection_id": selection.id}), "not_found")
    nobodys = problem_of(await stranger.post("/entries", {"preselection_id": str(uuid4())}), "not_found")
    assert theirs == nobodys


async def test_reading_in_a_second_tab_is_no_entry(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    await selection.view()
    await selection.owner.get("/preselections")
    assert await selection.stage() == "plate_selection"


async def test_a_cancelled_one_leads_to_the_introduction_and_an_older_one_comes_first_again(
    hasty_service: DemoService,
) -> None:
    applicant = await hasty_service.applicant()
    older = await applicant.submitted(applicant.cars_bought[0])
    newer = await applicant.selecting(applicant.cars_bought[1])
    await newer.reserve()
    assert (await newer.do("cancellation"))["stage"] == "cancelled"
    answer = await applicant.enter(preselection_id=newer.id)
    assert answer["screen"] == "introduction"
    assert (await applicant.enter())["preselection"]["id"] == older.id


@pytest.mark.requirement("R-15")
async def test_with_the_last_chances_used_a_live_batch_is_found_again_after_verification(
    hasty_service: DemoService,
) -> None:
    selection, rival = await hasty_service.selecting(2)
    taken = await rival.draw()
    ok(await selection.compose(*taken[:3]))
    ok(await selection.compose(taken[3]))
    await selection.draw()
    view = await selection.do("draws", {})
    assert (view["draws"]["remaining"], view["composed"]["remaining"]) == (0, 0)
    answer = await selection.owner.enter()
    assert answer["screen"] == "service_notes"
    assert (await selection.verify())["batch"] == view["batch"]
