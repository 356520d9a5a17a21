"""SMS codes (R-10, R-11, R-16, R-17): replaced, counted, limited, used once."""

import asyncio

import pytest

from tests.scenarios.acceptance.people import (
    DemoApplicant,
    DemoSelection,
    DemoService,
    ok,
    problem_of,
    seconds_between,
    wait_until,
    wrong,
)


async def creation(applicant: DemoApplicant, code: str) -> str:
    """The problem code of a creation with this code; empty when it succeeds."""
    answer = await applicant.post("/preselections", await applicant.submission(code=code))
    return str(answer.json().get("code", ""))


@pytest.mark.requirement("R-10")
async def test_the_code_reaches_the_account_s_phone_and_warns_not_to_pass_it_on(service: DemoService) -> None:
    applicant = await service.applicant()
    sent = await applicant.ask_code()
    user = next(user for user in await service.users() if user["user"] == applicant.user)
    assert sent["sent_to"] == f"{user['phone'][:3]}****{user['phone'][-4:]}"
    # Resent at once here, usable for the default five minutes.
    assert seconds_between(sent["resend_at"], sent["expires_at"]) == 300
    message = (await applicant.messages())[0]
    assert len(message["code"]) == 6
    assert message["code"].isdecimal()
    assert message["code"] in message["text"]
    assert any(word in message["text"] for word in ("勿", "不要"))


async def test_a_second_code_has_to_wait_until_resend_at(brief_service: DemoService) -> None:
    applicant = await brief_service.applicant()
    sent = await applicant.ask_code()
    answer = await applicant.post("/verification-codes", {"purpose": "confirm_information"})
    assert problem_of(answer, "rate_limited")["retry_at"] == sent["resend_at"]
    assert answer.headers["retry-after"] == "1"
    assert len(await applicant.messages()) == 1
    await wait_until(sent["resend_at"])
    await applicant.ask_code()


async def test_another_purpose_does_not_wait_for_this_one(brief_service: DemoService) -> None:
    selection = await (await brief_service.applicant()).submitted()
    await selection.do("start")
    first = await selection.do("identity-code")
    problem = problem_of(await selection.post("identity-code"), "rate_limited")
    assert problem["retry_at"] == first["identity"]["resend_at"]


async def test_after_five_wrong_ones_even_the_right_one_waits_for_a_new_code(hasty_service: DemoService) -> None:
    applicant = await hasty_service.applicant()
    await applicant.ask_code()
    code = await applicant.last_code()
    for left in (4, 3, 2, 1, 0):
        answer = await applicant.post("/preselections", await applicant.submission(code=wrong(code)))
        assert problem_of(answer, "code_incorrect")["attempts_left"] == left
    assert await creation(applicant, code) == "code_attempts_exceeded"
    await applicant.ask_code()
    newer = await applicant.last_code()
    answer = await applicant.post("/preselections", await applicant.submission(code=wrong(newer)))
    assert problem_of(answer, "code_incorrect")["attempts_left"] == 4
    assert await creation(applicant, newer) == ""


async def test_a_newer_code_replaces_the_old_one(hasty_service: DemoService) -> None:
    applicant = await hasty_service.applicant()
    await applicant.ask_code()
    old = await applicant.last_code()
    await applicant.ask_code()
    if (new := await applicant.last_code()) != old:
        assert await creation(applicant, old) == "code_incorrect"
    assert await creation(applicant, new) == ""


async def test_a_code_is_bound_to_its_person(hasty_service: DemoService) -> None:
    applicant, other = await hasty_service.applicant(), await hasty_service.applicant()
    await applicant.ask_code()
    await other.ask_code()
    mine = await applicant.last_code()
    if mine != await other.last_code():
        assert await creation(other, mine) == "code_incorrect"
    assert await creation(applicant, mine) == ""


async def test_parallel_guesses_are_all_counted(hasty_service: DemoService) -> None:
    applicant = await hasty_service.applicant()
    await applicant.ask_code()
    code = await applicant.last_code()
    guesses = [creation(applicant, f"{(int(code) + 1 + number) % 1_000_000:06d}") for number in range(10)]
    outcomes = sorted(await asyncio.gather(*guesses))
    assert outcomes == ["code_attempts_exceeded"] * 5 + ["code_incorrect"] * 5


async def test_codes_an_hour_count_all_purposes_together(hasty_service: DemoService) -> None:
    selection = await (await hasty_service.applicant()).submitted()
    await selection.do("start")
    for _ in range(4):
        await selection.do("identity-code")
    problem_of(await selection.post("identity-code"), "rate_limited")
    answer = await selection.owner.post("/verification-codes", {"purpose": "confirm_information"})
    assert "retry_at" in problem_of(answer, "rate_limited")


async def test_identity_codes_while_something_is_held_do_not_count_towards_the_hour(hasty_service: DemoService) -> None:
    selection = await (await hasty_service.applicant()).selecting()
    for _ in range(3):
        await selection.owner.ask_code()
    problem_of(await selection.owner.post("/verification-codes", {"purpose": "confirm_information"}), "rate_limited")
    await selection.draw()
    await selection.owner.enter()
    await selection.do("start")
    assert (await selection.do("identity-code"))["identity"]["code_sent"]


async def test_an_identity_code_is_used_once_and_only_for_its_purpose(hasty_service: DemoService) -> None:
    selection = await (await hasty_service.applicant()).submitted()
    problem_of(await selection.post("identity-code"), "wrong_stage")
    await selection.do("start")
    problem_of(await selection.post("identity", {"code": "000000"}), "code_not_sent")
    await selection.do("identity-code")
    code = await selection.owner.last_code("confirm_identity")
    await selection.do("identity", {"code": code})
    problem_of(await selection.post("identity", {"code": code}), "wrong_stage")
    await selection.owner.enter()
    await selection.do("start")
    problem_of(await selection.post("identity", {"code": code}), "code_not_sent")
    for purpose in ("confirm_identity", "", None, 1):
        problem_of(await selection.owner.post("/verification-codes", {"purpose": purpose}), "validation_failed")


async def reach_identity(lapsing: DemoService) -> DemoSelection:
    selection = await (await lapsing.applicant()).submitted()
    await selection.do("start")
    return selection


@pytest.mark.requirement("R-17")
async def test_confirming_opens_after_its_countdown_and_too_early_costs_no_attempt(brief_service: DemoService) -> None:
    selection = await reach_identity(brief_service)
    view = await selection.do("identity-code")
    code = await selection.owner.last_code("confirm_identity")
    opens = view["identity"]["confirm_enabled_at"]
    for attempt in (wrong(code), code):
        answer = await selection.post("identity", {"code": attempt})
        assert problem_of(answer, "too_early")["retry_at"] == opens
    await wait_until(opens)
    assert problem_of(await selection.post("identity", {"code": wrong(code)}), "code_incorrect")["attempts_left"] == 4
    assert (await selection.do("identity", {"code": code}))["stage"] == "plate_selection"


@pytest.mark.requirement("R-17")
async def test_a_new_code_restarts_the_countdown(brief_service: DemoService) -> None:
    selection = await reach_identity(brief_service)
    first = (await selection.do("identity-code"))["identity"]["confirm_enabled_at"]
    await wait_until(first)
    second = (await selection.do("identity-code"))["identity"]["confirm_enabled_at"]
    assert second > first
    code = await selection.owner.last_code("confirm_identity")
    assert problem_of(await selection.post("identity", {"code": code}), "too_early")["retry_at"] == second


async def test_an_expired_code_is_distinguished_from_a_wrong_one(brief_service: DemoService) -> None:
    applicant = await brief_service.applicant()
    sent = await applicant.ask_code()
    code = await applicant.last_code()
    await wait_until(sent["expires_at"])
    assert await creation(applicant, code) == "code_expired"
    await applicant.ask_code()
    ok(await applicant.post("/preselections", await applicant.submission()), 201)
