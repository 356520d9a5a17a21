"""Search for a vehicle's workflow, and the audit."""

from datetime import timedelta

import pytest

from domain.instants import format_instant
from process.clock import system_clock
from tests.support.country import Country
from tests.support.desk import clerk_of, operator, reserve_plate

UI = "http://127.0.0.1:8233/namespaces/default/workflows/"


async def test_a_workflow_is_found_by_plate_by_preselection_and_by_vin_in_a_body(country: Country) -> None:
    office, applicant, caller = await country.office(), country.applicant(), operator(country)
    car = country.car(applicant, office)
    selection = await applicant.reach_reservation(car)
    view = await selection.view()
    plate = view["plate"]
    ways = [
        await caller.get("/operations/workflows", params={"plate": plate.lower()}),
        await caller.get("/operations/workflows", params={"preselection_id": selection.id, "plate": ""}),
        *[
            await caller.post("/operations/workflows/search", body)
            for body in ({"vin": car.vin.lower()}, {"plate": plate}, {"preselection_id": selection.id})
        ],
    ]
    for answer in ways:
        [found] = answer.ok()["items"]
        assert found["workflow_id"] == f"vehicle-{selection.id}"
        assert found["workflow_url"] == f"{UI}vehicle-{selection.id}"
        assert (found["stage"], found["plate"], found["deadline"]) == ("completed", plate, view["deadline"])
        assert found["office_code"] == office.code
    described = await country.stack.context.temporal.get_workflow_handle(found["workflow_id"]).describe()
    assert described.id == found["workflow_id"]


async def test_a_number_that_is_merely_offered_leads_to_whoever_is_offered_it(country: Country) -> None:
    office, applicant = await country.office(), country.applicant()
    selection = await applicant.reach_selection(country.car(applicant, office))
    number = (await selection.post("draws", {})).ok()["batch"]["numbers"][0]
    [found] = (await operator(country).get("/operations/workflows", params={"plate": number})).ok()["items"]
    assert (found["preselection_id"], found["stage"], found["plate"]) == (selection.id, "plate_selection", None)


@pytest.mark.parametrize(
    "query, code",
    [
        ({}, "validation_failed"), ({"plate": "粤BA1234", "preselection_id": "x"}, "validation_failed"),
        ({"plate": "x"}, "number_malformed"), ({"vin": "LSVAA49J132047371"}, "validation_failed"),
        ({"preselection_id": "x"}, "validation_failed"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_question_that_can_t_be_is_refused(country: Country, query: dict[str, str], code: str) -> None:
    assert (await operator(country).get("/operations/workflows", params=query)).code == code


async def test_what_nobody_knows_is_an_empty_list_and_a_wrong_vin_is_reported(country: Country) -> None:
    caller, path = operator(country), "/operations/workflows/search"
    assert (await caller.post(path, {"plate": "琼ZA0000"})).ok() == {"items": []}
    assert (await caller.post(path, {"vin": "LFV2A21K8A3000001"})).ok() == {"items": []}
    assert (await caller.post(path, {"vin": "LFV2A21K5A3000001"})).code == "vin_invalid"
    assert (await caller.post(path, {"vin": "x", "plate": "y"})).code == "validation_failed"


async def test_the_audit_says_who_did_what(country: Country) -> None:
    office, caller = await country.office(), operator(country)
    selection = await reserve_plate(country, office)
    (await clerk_of(country, office).post(f"/desk/preselections/{selection.id}/confirmation")).ok()
    params = {"preselection_id": selection.id}
    items = (await caller.get("/operations/audit", params=params)).ok()["items"]
    acts = [(item["action"], item["actor_kind"]) for item in items]
    assert acts[-2:] == [("confirm", "applicant"), ("register", "clerk")]
    assert items[-1]["plates"] == [(await selection.view())["plate"]]
    later = format_instant(system_clock() + timedelta(minutes=1))
    assert (await caller.get("/operations/audit", params=params | {"since": later, "until": later})).ok()["items"] == []
    assert len((await caller.get("/operations/audit", params=params | {"limit": "1"})).ok()["items"]) == 1
    assert (await caller.get("/operations/audit", params={"since": "yesterday"})).code == "validation_failed"
