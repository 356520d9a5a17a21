"""Codes: guessed in parallel, replayed, and taken from another person or purpose."""

import asyncio
import time

from tests.scenarios.acceptance.people import DemoService, ok, wait_until
from tests.scenarios.attack.results import AttackResult

ATTEMPTS = 5
CODES_PER_HOUR = 5
LONGEST_S = 15.0


async def guessed_codes(service: DemoService, parallel: int) -> AttackResult:
    """Parallel guesses at 身份验证: only five are compared; afterwards the right code is too late."""
    result = AttackResult(f"guessing a code, {parallel} at once")
    applicant = (await service.neighbours(1))[0]
    selection = await applicant.submitted()
    await selection.do("start")
    sent = await selection.do("identity-code")
    await wait_until(sent["identity"]["confirm_enabled_at"])
    right = await applicant.last_code("confirm_identity")
    guesses = [f"{guess:06d}" for guess in range(parallel + 1) if f"{guess:06d}" != right][:parallel]
    began = time.monotonic()
    answers = await asyncio.gather(*(selection.post("identity", {"code": guess}) for guess in guesses))
    seconds = time.monotonic() - began
    result.figure = f"all answered within {seconds:.1f} s"
    result.unless(seconds < LONGEST_S, f"the answers took {seconds:.1f} s")
    for answer in answers:
        result.must_be(answer, {"code_incorrect", "code_attempts_exceeded", "rate_limited"})
    result.unless(not result.answers["outcome_unknown"], "some guesses had no outcome in time")
    looked_at = result.answers["code_incorrect"]
    result.unless(looked_at <= ATTEMPTS, f"{looked_at} guesses were looked at")
    last = await selection.post("identity", {"code": right})
    result.must_be(last, {"code_attempts_exceeded", "rate_limited"})
    return result


async def guess_all_day(service: DemoService) -> AttackResult:
    """A new code resets the attempts, but codes are limited too: counts the guesses in an hour."""
    result = AttackResult("guessing a code with ever new ones")
    applicant = (await service.neighbours(1))[0]
    body = await applicant.submission(code="000000")
    sent = 0
    while result.note(await applicant.post("/verification-codes", {"purpose": "confirm_information"})) == "202":
        sent += 1
        right = await applicant.last_code()
        wrong = (f"{guess:06d}" for guess in range(1000) if f"{guess:06d}" != right)
        for _ in range(ATTEMPTS + 1):
            answer = await applicant.post("/preselections", body | {"code": next(wrong)})
            result.must_be(answer, {"code_incorrect", "code_attempts_exceeded", "rate_limited"})
    result.unless(sent <= CODES_PER_HOUR, f"{sent} codes in an hour")
    result.unless(result.answers["code_incorrect"] <= sent * ATTEMPTS, "more guesses than attempts")
    return result


async def replayed_codes(service: DemoService) -> AttackResult:
    """A code that was used up, one of another purpose, and one of another person."""
    result = AttackResult("codes of another purpose, person or time")
    one, other = await service.neighbours(2)
    selection, others = await one.submitted(), await other.submitted()
    first = await one.last_code()
    for each in (selection, others):
        await each.do("start")
    sent = await selection.do("identity-code")
    theirs = await others.do("identity-code")
    for when in (sent, theirs):
        await wait_until(when["identity"]["confirm_enabled_at"])
    strange = await other.last_code("confirm_identity")
    mine = await one.last_code("confirm_identity")
    for code in {first, strange} - {mine}:
        result.must_be(await selection.post("identity", {"code": code}), {"code_incorrect"})
    ok(await selection.post("identity", {"code": mine}))
    await selection.owner.enter()
    await selection.do("start")
    result.must_be(await selection.post("identity", {"code": mine}), {"code_not_sent", "code_incorrect", "too_early"})
    again = await one.submission(one.cars_bought[1], code=first)
    result.must_be(await one.post("/preselections", again), {"code_not_sent", "code_incorrect", "code_expired"})
    return result
