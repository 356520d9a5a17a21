"""`POST /preselections` (R-09 to R-12): the order of its checks, and what each of them refuses."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.scenarios.acceptance.people import DemoApplicant, DemoService, instant, ok, problem_of, wrong
from tests.support.running_stack import Json

RIGHT_VINS = ("LSVAA49J132047371", "LGXCE6CB5K0000001", "LFV2A21K8A3000001")
A_PERSON = {"kind": "person", "name": "张三", "id_number": "11010519491231002X"}


async def applicant_with_code(service: DemoService) -> DemoApplicant:
    applicant = await service.applicant()
    await applicant.ask_code()
    return applicant


@pytest.mark.requirement("R-03", "R-09", "R-13")
async def test_the_view_after_the_creation_shows_what_was_submitted_masked(service: DemoService) -> None:
    applicant = await applicant_with_code(service)
    user = next(user for user in await service.users() if user["user"] == applicant.user)
    answer = await applicant.post("/preselections", await applicant.submission())
    view, car = ok(answer, 201), applicant.car
    assert answer.headers["location"].endswith(f"/api/v1/preselections/{view['id']}")
    assert ok(await applicant.http.get(answer.headers["location"], headers=applicant._headers({})))["id"] == view["id"]
    assert view["stage"] == "service_notes"
    assert view["vehicle"]["vin"] == f"{car['vin'][0]}{'*' * 12}{car['vin'][-4:]}"
    assert view["vehicle"]["certificate_number"] == f"{'*' * 8}{car['certificate_number'][-4:]}"
    assert view["phone"] == f"{user['phone'][:3]}****{user['phone'][-4:]}"
    assert view["office"]["code"] == car["office_code"]
    assert view["composed"]["remaining"] == 20
    assert view["composed"]["max_per_submission"] == 5
    assert (view["draws"]["remaining"], view["draws"]["batch_size"]) == (5, 10)
    absent = {"identity", "batch", "candidates", "last_submission", "plate", "visit_by", "deadline"}
    assert {name: view[name] for name in absent} == dict.fromkeys(absent)
    assert view["composed"]["confirm_enabled_at"] is None


async def test_sellers_are_masked_by_their_kind(service: DemoService) -> None:
    applicant = await service.applicant()
    for car in applicant.cars_bought[:3]:
        name = car["seller"]["name"]
        masked = ok(await applicant.get((await applicant.submitted(car)).path))["vehicle"]["seller_name"]
        if car["seller"]["kind"] == "person":
            assert masked == name[0] + "*" * (len(name) - 1)
        else:
            assert masked == name[:2] + "*" * (len(name) - 4) + name[-2:]


async def test_the_checks_go_fields_notice_code_registry_in_use(service: DemoService) -> None:
    applicant = await service.applicant()
    other = applicant.cars_bought[1]
    body = await applicant.submission(
        vin="LFV2A21K5A3000001", notice_version="none", code="000000", certificate_number=other["certificate_number"]
    )
    problem_of(await applicant.post("/preselections", body), "vin_invalid")
    body["vin"] = applicant.car["vin"]
    problem = problem_of(await applicant.post("/preselections", body), "notice_outdated")
    body["notice_version"] = problem["version"]
    problem_of(await applicant.post("/preselections", body), "code_not_sent")
    await applicant.ask_code()
    code = await applicant.last_code()
    problem = problem_of(await applicant.post("/preselections", body | {"code": wrong(code)}), "code_incorrect")
    assert problem["attempts_left"] == 4
    body["code"] = code
    problem_of(await applicant.post("/preselections", body), "information_mismatch")
    body["certificate_number"] = applicant.car["certificate_number"]
    ok(await applicant.post("/preselections", body), 201)


async def test_a_vehicle_with_a_running_preselection_is_in_use_for_its_own_buyer_too(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    applicant = selection.owner
    code = await applicant.last_code()
    # The code was used up by the success.
    used = (await applicant.post("/preselections", await applicant.submission(code=code))).json()["code"]
    assert used in {"code_incorrect", "code_not_sent", "code_expired"}


async def test_a_vehicle_is_in_use_while_unfinished_and_when_completed(hasty_service: DemoService) -> None:
    selection = await (await hasty_service.applicant()).submitted()
    applicant = selection.owner
    await applicant.ask_code()
    body = await applicant.submission()
    problem_of(await applicant.post("/preselections", body), "vehicle_in_use")
    await selection.verify()
    await selection.reserve()
    problem_of(await applicant.post("/preselections", body), "vehicle_in_use")
    # The right code of the refused attempts is still valid for another vehicle.
    other = await applicant.submission(applicant.cars_bought[1], code=body["code"])
    ok(await applicant.post("/preselections", other), 201)


@pytest.mark.parametrize(
    "changes, code, field",
    [
        ({"office_code": "999999"}, "validation_failed", "office_code"),
        ({"vin": "LSVAA49J13204737I"}, "vin_invalid", None),
        ({"vin": "LSVAA49J13204737"}, "vin_invalid", None),
        ({"vin": "LFV2A21K5A3000001"}, "vin_invalid", None),
        ({"certificate_number": "12345678901"}, "certificate_number_invalid", None),
        ({"certificate_number": "１２３４５６７８９０１２"}, "certificate_number_invalid", None),
        ({"seller": A_PERSON | {"id_number": "110101199002300014"}}, "id_number_invalid", None),
        ({"seller": A_PERSON | {"kind": "organisation"}}, "id_number_invalid", None),
        ({"seller": A_PERSON | {"kind": "ghost"}}, "validation_failed", "seller.kind"),
        ({"seller": A_PERSON | {"name": " "}}, "validation_failed", "seller.name"),
        ({"seller": None}, "validation_failed", "seller"),
        ({"code": "12345"}, "validation_failed", "code"),
        ({"colour": "red"}, "validation_failed", "colour"),
    ],
)
async def test_malformed_fields_are_named_and_never_repeated(
    service: DemoService, changes: Json, code: str, field: str | None
) -> None:
    applicant = await service.applicant()
    body = await applicant.submission(code=changes.pop("code", "000000"), **changes)
    problem = problem_of(await applicant.post("/preselections", body), code)
    if field:
        assert [error["field"] for error in problem["errors"]] == [field]
    values = {value for value in changes.values() if isinstance(value, str) and value.strip()}
    assert not any(value in str(problem) for value in values)


@pytest.mark.parametrize("vin", [*RIGHT_VINS, "1HGCM82633A004353"])
async def test_right_identifiers_pass_the_fields(service: DemoService, vin: str) -> None:
    applicant = await service.applicant()
    problem_of(
        await applicant.post("/preselections", await applicant.submission(code="000000", vin=vin)), "code_not_sent"
    )


@pytest.mark.parametrize(
    "kind, id_number",
    [
        ("person", "11010519491231002X"),
        ("person", "11010519491231002x"),
        ("organisation", "91110000600037341L"),
        ("organisation", "N2110101MF1234567N"),
    ],
)
async def test_right_documents_of_sellers_pass_the_fields(service: DemoService, kind: str, id_number: str) -> None:
    applicant = await service.applicant()
    seller = {"kind": kind, "name": "某某某某有限公司", "id_number": id_number}
    body = await applicant.submission(code="000000", seller=seller)
    problem_of(await applicant.post("/preselections", body), "code_not_sent")


async def mismatches(applicant: DemoApplicant, service: DemoService) -> dict[str, Json]:
    """One wrong fact at a time."""
    car, stranger = applicant.car, await service.applicant()
    offices = [item["code"] for item in ok(await applicant.get("/offices"))["items"]]
    elsewhere = next(code for code in offices if code not in {car["office_code"] for car in applicant.cars_bought})
    notice = ok(await applicant.get(f"/offices/{elsewhere}/notice"))["version"]
    return {
        "certificate": {"certificate_number": "123456789012"},
        "seller": {"seller": car["seller"] | {"name": "某某"}},
        "office": {"office_code": elsewhere, "notice_version": notice},
        "buyer": {name: stranger.car[name] for name in ("certificate_number", "vin", "seller")},
    }


@pytest.mark.requirement("R-12")
async def test_one_uniform_answer_as_long_as_the_facts_do_not_all_match(service: DemoService) -> None:
    applicant = await applicant_with_code(service)
    answers = []
    for changes in (await mismatches(applicant, service)).values():
        body = await applicant.submission(**changes)
        answers.append(problem_of(await applicant.post("/preselections", body), "information_mismatch"))
    assert all(answer == answers[0] for answer in answers)
    # The right code stayed usable through all of them.
    ok(await applicant.post("/preselections", await applicant.submission()), 201)


async def test_failed_checks_are_limited_a_day_after_the_code_and_malformed_fields_do_not_count(
    service: DemoService,
) -> None:
    applicant = await applicant_with_code(service)
    malformed = await applicant.submission(certificate_number="1")
    for _ in range(6):
        problem_of(await applicant.post("/preselections", malformed), "certificate_number_invalid")
    for _ in range(5):
        body = await applicant.submission(certificate_number="123456789012")
        problem_of(await applicant.post("/preselections", body), "information_mismatch")
    right = await applicant.submission()
    problem_of(await applicant.post("/preselections", right | {"code": wrong(right["code"])}), "code_incorrect")
    problem = problem_of(await applicant.post("/preselections", right), "rate_limited")
    shanghai = ZoneInfo("Asia/Shanghai")
    tomorrow = datetime.now(UTC).astimezone(shanghai).date() + timedelta(days=1)
    assert instant(problem["retry_at"]) == datetime.combine(tomorrow, datetime.min.time(), shanghai)


@pytest.mark.requirement("R-12")
async def test_reasons_are_given_only_when_all_facts_match(service: DemoService) -> None:
    applicant, car = await one_with_an_ineligible_car(service)
    await applicant.ask_code()
    body = await applicant.submission(car, seller=car["seller"] | {"name": "某某"})
    problem_of(await applicant.post("/preselections", body), "information_mismatch")
    body = await applicant.submission(car)
    problem = problem_of(await applicant.post("/preselections", body), "vehicle_not_eligible")
    assert set(problem["reasons"]) == set(car["reasons"])


async def one_with_an_ineligible_car(service: DemoService) -> tuple[DemoApplicant, Json]:
    while True:
        (applicant,) = await service.neighbours(1)
        if cars := await service.cars_of(applicant.user, eligible="false"):
            return applicant, cars[0]


async def test_an_organisation_s_agent_enters_with_its_vehicle(service: DemoService) -> None:
    agent = next(user["user"] for user in await service.users() if user["user"].startswith("agent"))
    view = await (await (await service.signed_in(agent)).submitted()).view()
    assert view["stage"] == "service_notes"
    assert re.fullmatch(r"1\d{2}\*{4}\d{4}", view["phone"])
