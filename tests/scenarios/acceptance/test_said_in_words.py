"""Languages, forms of values, health, and the published document itself."""

import re

import pytest

from tests.scenarios.acceptance.contract import FACT_OF_CODE, STATUS_OF_CODE, Contract, Disagreement
from tests.scenarios.acceptance.people import DemoSelection, DemoService, instant, ok, problem_of
from tests.support.running_stack import Json

CALLS = {
    ("get", "/offices"),
    ("get", "/offices/{}/notice"),
    ("get", "/offices/{}/segments"),
    ("post", "/entries"),
    ("post", "/verification-codes"),
    ("post", "/preselections"),
    ("get", "/preselections"),
    ("get", "/preselections/{}"),
    *(("post", f"/preselections/{{}}/{action}") for action in ("start", "identity-code", "identity", "draws")),
    *(("post", f"/preselections/{{}}/{action}") for action in ("compositions", "candidates", "confirmation")),
    *(("post", f"/preselections/{{}}/{action}") for action in ("cancellation",)),
    *(("get", f"/preselections/{{}}/{action}") for action in ("keyboard", "events")),
}


@pytest.fixture(scope="module")
async def selection(service: DemoService) -> DemoSelection:
    return await (await service.applicant()).selecting()


async def problem_in(selection: DemoSelection, language: str | None) -> Json:
    headers = {"Accept-Language": language} if language is not None else {}
    return problem_of(await selection.post("candidates", {"number": "粤BA1234"}, **headers), "not_in_batch")


async def test_details_are_in_the_language_that_was_asked_for(selection: DemoSelection) -> None:
    simplified = await problem_in(selection, None)
    assert await problem_in(selection, "zh-CN") == simplified
    assert await problem_in(selection, "fr") == simplified
    traditional, english = await problem_in(selection, "zh-TW"), await problem_in(selection, "en-GB,en;q=0.9")
    assert len({simplified["detail"], traditional["detail"], english["detail"]}) == 3
    assert english["detail"].isascii()
    assert simplified["code"] == traditional["code"] == english["code"]
    assert simplified["type"] == english["type"]


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
async def test_every_language_says_something_of_every_kind_of_refusal(service: DemoService, language: str) -> None:
    applicant = await service.applicant()
    for path, body in (("/preselections", {}), ("/entries", {"x": 1}), ("/nowhere", {})):
        problem = (await applicant.post(path, body, **{"Accept-Language": language})).json()
        assert problem["detail"]
        assert problem["title"]
        assert (language == "en") == problem["detail"].isascii()


async def test_instants_have_milliseconds_and_z_and_days_are_dates(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    view = await selection.reserve()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", view["visit_by"])
    found = re.findall(r'"([^"]*\dT\d[^"]*)"', (await selection.owner.get(selection.path)).text)
    assert len(found) == 2
    for text in found:
        instant(text)


async def test_now_is_the_instant_of_the_answer(selection: DemoSelection) -> None:
    first, second = (await selection.view())["now"], (await selection.view())["now"]
    assert first <= second


@pytest.mark.requirement("R-44")
async def test_a_notice_states_the_validity_and_has_a_version(service: DemoService) -> None:
    applicant = await service.applicant()
    offices = ok(await applicant.get("/offices"))["items"]
    assert len({office["code"] for office in offices}) == len(offices) >= 30
    assert len({office["province"] for office in offices}) >= 3
    for office in offices[:3]:
        notice = ok(await applicant.get(f"/offices/{office['code']}/notice"))
        assert notice["version"]
        assert "3" in notice["body"] or "三" in notice["body"]
        assert all(field in notice["body"] for field in ("登记证书编号", "车辆识别代号", "卖方信息"))
    for path in ("notice", "segments"):
        problem_of(await applicant.get(f"/offices/999999/{path}"), "not_found")


async def test_it_is_up_and_ready(service: DemoService) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await service.http.get(path)).status_code == 200


async def test_every_call_of_the_contract_is_published_with_its_problems(service: DemoService) -> None:
    paths = service.contract.document["paths"]
    published = {
        (method, re.sub(r"\{[^}]+\}", "{}", path).removeprefix("/api/v1"))
        for path, operations in paths.items()
        for method in operations
    }
    assert published >= CALLS
    assert ("get", "/healthz") in published
    for path, operations in paths.items():
        for operation in operations.values():
            assert {"401", "403"} <= set(operation["responses"]) or not operation.get("security"), path
    assert set(FACT_OF_CODE) <= set(STATUS_OF_CODE)


async def test_this_test_s_own_validator_sees_disagreements(service: DemoService) -> None:
    contract: Contract = service.contract
    view = await (await (await service.applicant()).submitted()).view()
    contract.view(view)
    wrong = ({"stage": "nowhere"}, {"now": "2026-11-23T02:10:00Z"}, {"draws": None}, {"visit_by": "26 Nov"}, {"id": 1})
    for change in wrong:
        with pytest.raises(Disagreement):
            contract.view(view | change)
    with pytest.raises(Disagreement):
        contract.view({name: value for name, value in view.items() if name != "plate"})
