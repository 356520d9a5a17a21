"""The checks run in the order token, role, record, body, stage, limits, rule."""

from uuid import uuid4

import httpx
import pytest

from tests.scenarios.acceptance.people import DemoSelection, DemoService, problem_of, wait_until

ACTIONS = {
    "start": None,
    "identity-code": None,
    "identity": {"code": "000000"},
    "compositions": {"numbers": ["粤BA1234"]},
    "draws": {},
    "candidates": {"number": "粤BA1234"},
    "confirmation": {"number": "粤BA1234"},
    "cancellation": None,
}
MALFORMED = {"numbers": 1, "number": 1, "exclude_four": "maybe", "code": 1}
TOKENS = ("", "nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwicm9sZXMiOlsiYXBwbGljYW50Il19.")


@pytest.mark.parametrize("token", TOKENS)
async def test_without_a_right_token_nothing_else_is_looked_at(service: DemoService, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for action in ACTIONS:
        path = f"/api/v1/preselections/{uuid4()}/{action}"
        answer = await service.http.post(path, json=MALFORMED, headers=headers)
        problem_of(answer, "unauthenticated")
    for path in ("preselections", f"preselections/{uuid4()}", "operations/offices", "desk/reservations"):
        problem_of(await service.http.get(f"/api/v1/{path}", headers=headers), "unauthenticated")
    problem_of(await service.http.post("/api/v1/preselections", json=MALFORMED, headers=headers), "unauthenticated")


async def test_a_token_that_was_tampered_with_is_none(service: DemoService) -> None:
    applicant = await service.applicant()
    head, body, signature = applicant.token.split(".")
    for token in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body[:-2]}AA.{signature}", f"{head}.{body}."):
        answer = await service.http.get("/api/v1/preselections", headers={"Authorization": f"Bearer {token}"})
        problem_of(answer, "unauthenticated")


@pytest.mark.parametrize("role", ["clerk", "operator"])
async def test_the_role_goes_before_the_record_and_the_body(service: DemoService, role: str) -> None:
    caller = await service.caller(role)
    for action in ACTIONS:
        problem_of(await caller.post(f"/preselections/{uuid4()}/{action}", MALFORMED), "forbidden")
    problem_of(await caller.post("/preselections", MALFORMED), "forbidden")
    problem_of(await caller.post("/entries", MALFORMED), "forbidden")
    problem_of(await caller.get(f"/preselections/{uuid4()}"), "forbidden")


async def test_the_record_goes_before_the_body_and_a_strangers_looks_like_none(service: DemoService) -> None:
    selection, stranger = await (await service.applicant()).selecting(), await service.applicant()
    for action in ACTIONS:
        theirs = await stranger.post(f"{selection.path}/{action}", MALFORMED)
        nobodys = await stranger.post(f"/preselections/{uuid4()}/{action}", MALFORMED)
        assert problem_of(theirs, "not_found") == problem_of(nobodys, "not_found")
    for path in ("", "/keyboard", "/events"):
        problem_of(await stranger.get(f"{selection.path}{path}"), "not_found")
        problem_of(await stranger.get(f"/preselections/nonsense{path}"), "not_found")


async def test_the_body_goes_before_the_stage(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    number = f"{(await selection.view())['office']['prefixes'][0]}A1234"
    right = ACTIONS | {"compositions": {"numbers": [number]}}
    for action in ("identity", "compositions", "draws", "candidates", "confirmation"):
        assert (await selection.post(action, MALFORMED)).status_code == 422
        assert problem_of(await selection.post(action, right[action]), "wrong_stage")["stage"] == "service_notes"
    problem_of(await selection.post("compositions", {"numbers": ["x"]}), "number_malformed")
    problem_of(await selection.post("identity-code"), "wrong_stage")


async def test_the_stage_goes_before_the_limits(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    await selection.do("start")
    for _ in range(4):
        await selection.do("identity-code")
    problem_of(await selection.post("identity-code"), "rate_limited")
    await selection.owner.enter()
    problem_of(await selection.post("identity-code"), "wrong_stage")


@pytest.mark.slow
async def test_writes_are_limited_a_minute_for_each_account(service: DemoService) -> None:
    selection, neighbour = await (await service.applicant()).submitted(), await (await service.applicant()).submitted()
    answers: list[httpx.Response] = []
    while not answers or answers[-1].status_code != 429:
        answers.append(await selection.post("candidates", {"number": "粤BA1234"}))
        assert len(answers) <= 240
        if answers[-1].json()["code"] == "wrong_stage" and len(answers) == 1:
            await selection.verify()
    assert "retry_at" in problem_of(answers[-1], "rate_limited")
    # Reads and other accounts are not affected.
    assert await selection.stage() == "plate_selection"
    assert (await neighbour.do("start"))["stage"] == "identity_verification"


async def test_start_twice_is_of_the_wrong_stage(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    await selection.do("start")
    assert problem_of(await selection.post("start"), "wrong_stage")["stage"] == "identity_verification"


async def test_a_refused_action_costs_nothing(service: DemoService) -> None:
    selection: DemoSelection = await (await service.applicant()).selecting()
    before = await selection.view()
    await wait_until(before["composed"]["confirm_enabled_at"])
    bodies = [{"numbers": []}, {"numbers": ["x"]}, {"numbers": ["藏Z12345"]}, {}, None, {"numbers": "粤BA1234"}]
    for body in bodies:
        assert (await selection.post("compositions", body)).status_code == 422
    for body in ({"exclude_four": "yes"}, {"prefix": "港A"}, {"count": 100}, []):
        assert (await selection.post("draws", body)).status_code == 422
    after = await selection.view()
    assert after | {"now": before["now"]} == before
