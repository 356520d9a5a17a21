"""A missed deadline (R-41, R-48): ban, SMS, and automatic release."""

import pytest

from tests.scenarios.acceptance.people import (
    DemoApplicant,
    DemoSelection,
    DemoService,
    instant,
    ok,
    problem_of,
    wait_until,
)
from tests.support.running_stack import Json
from tests.support.waiting import eventually

# The instance's policy.
VALIDITY_S, BAN_S = 3, 5


async def reserve_plate(applicant: DemoApplicant, car: int = 0) -> tuple[DemoSelection, Json]:
    selection = await applicant.selecting(applicant.cars_bought[car])
    return selection, await selection.reserve()


@pytest.mark.requirement("R-41", "R-48")
async def test_a_missed_deadline_bans_the_party_until_the_ban_ends_by_itself(brief_service: DemoService) -> None:
    applicant, rival = await brief_service.neighbours(2)
    selection, view = await reserve_plate(applicant)
    assert VALIDITY_S - 1 <= (instant(view["deadline"]) - instant(view["now"])).total_seconds() <= VALIDITY_S
    other = await applicant.submitted(applicant.cars_bought[1])
    await wait_until(view["deadline"])
    await eventually(lambda: is_at(selection, "overdue"), within=3)
    entry = await applicant.enter()
    assert entry["screen"] == "blacklisted"
    until = entry["blacklist"]["until"]
    assert 0 <= (instant(until) - instant(view["deadline"])).total_seconds() - BAN_S <= 1
    for body in ({"preselection_id": selection.id}, {"new_vehicle": True}):
        assert (await applicant.enter(**body))["screen"] == "blacklisted"
    assert (await selection.post("draws", {})).json()["code"] in {"wrong_stage", "blacklisted"}
    body = await applicant.submission(applicant.cars_bought[2], code="000000")
    assert problem_of(await applicant.post("/preselections", body), "blacklisted")["until"] == until
    # The notice is checked before the ban, as fields are.
    problem_of(await applicant.post("/preselections", body | {"notice_version": "none"}), "notice_outdated")
    await eventually(lambda: was_notified(applicant), within=10)
    await wait_until(until)
    await eventually(lambda: may_enter(applicant, other), within=3)
    assert (await other.do("start"))["stage"] == "identity_verification"
    # After cooling the number is free again.
    assert (await (await rival.selecting()).composed(view["plate"]))["plate"] == view["plate"]


async def is_at(selection: DemoSelection, stage: str) -> bool:
    return await selection.stage() == stage


async def was_notified(applicant: DemoApplicant) -> bool:
    return any("黑名单" in message["text"] for message in await applicant.messages())


async def may_enter(applicant: DemoApplicant, other: DemoSelection) -> bool:
    answer = await applicant.enter(preselection_id=other.id)
    return bool(answer["screen"] == "service_notes")


async def test_a_ban_stops_the_party_s_other_selections_and_their_holds_lapse(brief_service: DemoService) -> None:
    applicant, watcher = await brief_service.neighbours(2)
    other = await applicant.selecting(applicant.cars_bought[1])
    _, view = await reserve_plate(applicant)
    await other.owner.enter(preselection_id=other.id)
    await other.verify()
    held = await other.draw()
    await other.put_aside(held[0])
    await wait_until(view["deadline"])
    await eventually(lambda: has_lapsed(other), within=3)
    bodies = {"draws": {}, "compositions": {"numbers": [held[1]]}, "candidates": {"number": held[1]}}
    for action, body in (bodies | {"confirmation": {"number": held[0]}}).items():
        problem_of(await other.post(action, body), "blacklisted")
    # They were held for ninety seconds, and are free already.
    selection = await watcher.selecting()
    assert (await selection.composed(held[0]))["plate"] == held[0]


async def has_lapsed(selection: DemoSelection) -> bool:
    view = await selection.view()
    return (view["batch"], view["candidates"]) == (None, None)


async def test_a_live_reservation_for_another_car_stays_usable_through_the_ban(brief_service: DemoService) -> None:
    (applicant,) = await brief_service.neighbours(1)
    _, first = await reserve_plate(applicant)
    second, view = await reserve_plate(applicant, car=1)
    assert view["deadline"] > first["deadline"]
    await wait_until(first["deadline"])
    entry = await eventually(lambda: find_ban(applicant), within=2)
    assert entry["preselection"]["id"] == second.id
    assert entry["preselection"]["plate"] == view["plate"]
    assert entry["preselection"]["stage"] == "completed"
    # A further missed deadline moves the end to the later of both.
    await wait_until(view["deadline"])
    await eventually(lambda: is_at(second, "overdue"), within=3)
    after = await applicant.enter()
    assert after["blacklist"]["until"] > entry["blacklist"]["until"]


async def find_ban(applicant: DemoApplicant) -> Json | None:
    entry = await applicant.enter()
    return entry if entry["screen"] == "blacklisted" else None


async def test_an_overdue_preselection_can_be_followed_by_a_new_one_of_the_same_car(brief_service: DemoService) -> None:
    (applicant,) = await brief_service.neighbours(1)
    selection, view = await reserve_plate(applicant)
    await wait_until(view["deadline"])
    entry = await eventually(lambda: find_ban(applicant), within=3)
    await wait_until(entry["blacklist"]["until"])
    assert (await eventually(lambda: find_introduction(applicant, selection), within=3))["screen"] == "introduction"
    await applicant.ask_code()
    answer = await applicant.post("/preselections", await applicant.submission())
    view = ok(answer, 201)
    # Counts belong to the vehicle and this transfer: one draw was spent before.
    assert view["draws"]["remaining"] == 4


async def find_introduction(applicant: DemoApplicant, selection: DemoSelection) -> Json | None:
    answer = await applicant.enter(preselection_id=selection.id)
    return answer if answer["screen"] == "introduction" else None
