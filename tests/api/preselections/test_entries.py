"""The screen after an entry (R-01, R-05 to R-08, R-15)."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.applicants import Applicant
from tests.support.country import Country, ban
from tests.support.waiting import eventually


async def entry(applicant: Applicant, body: Any = None, **options: Any) -> dict[str, Any]:
    return (await applicant.post("/entries", body, **options)).ok()


async def is_blacklisted(applicant: Applicant) -> bool:
    return bool((await entry(applicant))["screen"] == "blacklisted")


async def test_a_first_entry_is_introduced_to_the_service(country: Country) -> None:
    answer = await entry(country.applicant())
    assert answer == {"screen": "introduction", "message": None, "preselection": None, "blacklist": None, "others": []}


async def test_an_unfinished_selection_is_back_at_the_service_notes_with_its_holds(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    number = {"number": (await selection.post("draws")).ok()["batch"]["numbers"][0]}
    before = (await selection.post("candidates", number)).ok()
    answer = await entry(buyer, {})
    view = answer["preselection"]
    assert (answer["screen"], view["stage"]) == ("service_notes", "service_notes")
    assert (view["batch"], view["candidates"]) == (before["batch"], before["candidates"])
    assert view["draws"]["remaining"] == 4
    assert (await selection.post("draws")).code == "wrong_stage"


async def test_an_entry_voids_an_identity_code(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    await selection.post("start")
    await selection.post("identity-code")
    code = {"code": country.stack.phone.last_code(buyer.phone)}
    await entry(buyer)
    await selection.post("start")
    assert (await selection.post("identity", code)).code == "code_not_sent"


async def test_an_entry_that_has_nothing_to_reset_costs_the_workflow_no_message(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    before = await country.stack.repositories.preselections.get(UUID(selection.id))
    assert (await entry(buyer))["screen"] == "service_notes"
    after = await country.stack.repositories.preselections.get(UUID(selection.id))
    assert before
    assert after
    assert before.revision == after.revision


async def test_a_reserved_plate_is_shown_at_every_entry(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.reach_reservation(country.car(buyer, office))
    for body in ({}, {"preselection_id": selection.id}, {"preselection_id": None}):
        answer = await entry(buyer, body)
        assert (answer["screen"], answer["preselection"]["id"]) == ("completed", selection.id)
        assert answer["preselection"]["plate"]


async def test_a_used_up_vehicle_is_sent_to_its_office(country: Country) -> None:
    office, buyer = await country.office(draws="0", composed="1"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    await selection.post("compositions", {"numbers": [f"{office.prefixes[0]}A1234"]})
    answer = await entry(buyer)
    assert answer["screen"] == "exhausted"
    assert office.name in answer["message"]
    assert answer["preselection"]["stage"] == "exhausted"


async def test_a_new_vehicle_begins_at_the_introduction(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    assert (await entry(buyer, {"new_vehicle": True}))["screen"] == "introduction"
    assert (await selection.view())["stage"] == "plate_selection"


async def test_the_newest_one_that_can_go_on_is_entered_without_an_id(country: Country) -> None:
    office, buyer = await country.office(cancellation="true"), country.applicant()
    older = await buyer.create_selection(country.car(buyer, office))
    newer = await buyer.reach_reservation(country.car(buyer, office))
    assert (await entry(buyer))["preselection"]["id"] == newer.id
    assert (await entry(buyer, {"preselection_id": older.id}))["preselection"]["id"] == older.id
    (await newer.post("cancellation")).ok()
    assert (await entry(buyer))["preselection"]["id"] == older.id
    assert (await entry(buyer, {"preselection_id": newer.id}))["screen"] == "introduction"


async def test_an_overdue_one_bans_its_party_at_the_entry(country: Country) -> None:
    office, buyer = await country.office(validity="PT1S"), country.applicant()
    selection = await buyer.reach_reservation(country.car(buyer, office))
    await eventually(lambda: is_blacklisted(buyer))
    assert (await selection.view())["stage"] == "overdue"
    answer = await entry(buyer)
    assert answer["preselection"] is None
    assert answer["blacklist"]["until"].endswith("T16:00:00.000Z")
    assert (await buyer.submit(country.car(buyer, office))).code == "blacklisted"
    assert any("黑名单" in message.text for message in country.stack.phone.of(buyer.phone))


async def test_the_blacklist_goes_before_all_else_but_shows_a_live_reservation(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    reserved = await buyer.reach_reservation(country.car(buyer, office))
    unfinished = await buyer.reach_selection(country.car(buyer, office))
    until = await ban(country, buyer)
    for body in ({}, {"new_vehicle": True}, {"preselection_id": reserved.id}):
        answer = await entry(buyer, body, headers={"Accept-Language": "en"})
        assert (answer["screen"], answer["blacklist"]) == ("blacklisted", {"until": until})
        assert answer["preselection"]["id"] == reserved.id
        assert "blacklist" in answer["message"]
    assert (await entry(buyer, {"preselection_id": unfinished.id}))["preselection"] is None
    assert (await unfinished.view())["stage"] == "plate_selection"


@pytest.mark.slow
async def test_a_dormant_one_is_woken_and_goes_on_with_its_counts(country: Country) -> None:
    office, buyer = await country.office(unfinished_idle="PT2S"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    (await selection.post("draws")).ok()
    await asyncio.sleep(2.2)
    assert (await selection.view())["batch"] is None
    view = (await entry(buyer))["preselection"]
    assert (view["id"], view["stage"], view["draws"]["remaining"]) == (selection.id, "service_notes", 4)
    assert (await selection.post("start")).ok()["stage"] == "identity_verification"


@pytest.mark.slow
async def test_starting_wakes_a_dormant_one_too(country: Country) -> None:
    office, buyer = await country.office(unfinished_idle="PT1S"), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    await asyncio.sleep(1.5)
    assert (await selection.post("start")).ok()["stage"] == "identity_verification"


@pytest.mark.slow
async def test_an_entry_passes_over_a_dormant_one_whose_car_another_buyer_has_by_now(country: Country) -> None:
    office, buyer, other = await country.office(unfinished_idle="PT2S"), country.applicant(), country.applicant()
    reserved = await buyer.reach_reservation(country.car(buyer, office))
    car = country.car(buyer, office)
    dormant = await buyer.create_selection(car)
    await asyncio.sleep(2.2)
    await other.create_selection(country.car(other, office, vin=car.vin))
    assert (await entry(buyer))["preselection"]["id"] == reserved.id
    assert (await buyer.post("/entries", {"preselection_id": dormant.id})).code == "vehicle_in_use"


async def test_somebody_else_s_or_nobody_s_is_not_found(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    stranger = country.applicant()
    for preselection_id in (selection.id, str(uuid4())):
        assert (await stranger.post("/entries", {"preselection_id": preselection_id})).code == "not_found"


@pytest.mark.parametrize(
    "body", [{"new_vehicle": "yes"}, {"preselection_id": "x"}, {"preselection_id": 1}, {"a": 1}, []]
)
async def test_a_malformed_entry_fails_validation(country: Country, body: Any) -> None:
    assert (await country.applicant().post("/entries", body)).code == "validation_failed"
