"""Attacks with time: forged dates, and requests at the exact millisecond."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx

from tests.scenarios.acceptance.people import DemoSelection, DemoService, instant, ok
from tests.scenarios.attack.results import AttackResult, code_of

BEFORE = timedelta(milliseconds=250)
EVERY_S = 0.01
CANDIDATE_TTL = timedelta(seconds=180)
FUTURE = "2099-01-01T00:00:00.000Z"
DATES = {
    "Date": "Thu, 01 Jan 2099 00:00:00 GMT",
    "X-Now": FUTURE,
    "X-Timestamp": "4070908800",
    "If-Modified-Since": FUTURE,
}


async def compose_too_early(service: DemoService) -> AttackResult:
    """「确认选号」 at 自编, before the end of its countdown: refused before the deadline, then accepted at once."""
    result = AttackResult("composing to the millisecond")
    taken, selection = await _taken_numbers(service)
    view = await selection.composed(*taken[:1])
    enabled_at = view["composed"]["confirm_enabled_at"]
    early = await selection.post("compositions", {"numbers": taken[1:2], "now": FUTURE})
    result.must_be(early, {"validation_failed"})
    enabled_at = await _with_dates(result, selection, taken[1:2], enabled_at)
    answer = await _hammer(result, enabled_at, lambda: selection.compose(*taken[1:2]))
    result.by_right = 1
    result.unless(answer.json()["now"] >= enabled_at, f"composed at {answer.json()['now']}, allowed at {enabled_at}")
    return result


async def identity_too_early(service: DemoService) -> AttackResult:
    """「确认」 of 身份验证 before the end of its countdown; the right code is refused until then."""
    result = AttackResult("confirming the identity to the millisecond")
    applicant = (await service.neighbours(1))[0]
    selection = await applicant.submitted()
    await selection.do("start")
    enabled_at = (await selection.do("identity-code"))["identity"]["confirm_enabled_at"]
    body = {"code": await applicant.last_code("confirm_identity")}
    answer = await _hammer(result, enabled_at, lambda: selection.post("identity", body))
    result.by_right = 1
    result.unless(answer.json()["now"] >= enabled_at, f"confirmed at {answer.json()['now']}, allowed at {enabled_at}")
    return result


async def batch_too_late(service: DemoService) -> AttackResult:
    """Candidates around the end of their batch: none is accepted afterwards."""
    result = AttackResult("putting aside after the batch has ended")
    selection = (await service.selecting(1))[0]
    batch = (await selection.do("draws", {}))["batch"]
    await _until(batch["expires_at"])
    for number in batch["numbers"]:
        answer = await selection.post("candidates", {"number": number})
        if result.note(answer) == "200":
            result.by_right += 1
            # The candidates' countdown restarts at the decision; the view was made a little later.
            decided = instant(answer.json()["candidates"]["expires_at"]) - CANDIDATE_TTL
            result.unless(decided < instant(batch["expires_at"]), f"put aside at {decided}")
        await asyncio.sleep(4 * EVERY_S)
    late = await selection.post("candidates", {"number": batch["numbers"][0]})
    result.must_be(late, {"batch_expired"})
    return result


async def _taken_numbers(service: DemoService) -> tuple[list[str], DemoSelection]:
    """Numbers that another vehicle holds, and an applicant who composes them."""
    holder, selection = await service.selecting(2)
    return await holder.draw(), selection


async def _with_dates(result: AttackResult, selection: DemoSelection, numbers: list[str], enabled_at: str) -> str:
    """Compose with headers that claim a later time; returns when the countdown really ends."""
    async with httpx.AsyncClient(base_url=service_url(selection)) as http:
        headers = DATES | {"Authorization": f"Bearer {selection.owner.token}"}
        for _ in range(3):
            body = {"numbers": numbers}
            answer = await http.post(f"/api/v1{selection.path}/compositions", json=body, headers=headers)
            if result.note(answer) == "200":
                # On a slow machine the countdown may be over by now.
                result.unless(answer.json()["now"] >= enabled_at, f"a date in a header ended the wait for {enabled_at}")
                enabled_at = answer.json()["composed"]["confirm_enabled_at"]
    return enabled_at


def service_url(selection: DemoSelection) -> str:
    return str(selection.owner.http.base_url)


async def _hammer(result: AttackResult, when: str, call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Call from shortly before the instant until it succeeds; before, only `too_early` is allowed."""
    await _until(when)
    while code_of(answer := await call()) == "too_early":
        result.note(answer)
        result.unless(answer.json()["retry_at"] == when, "the countdown was restarted by a refusal")
        await asyncio.sleep(EVERY_S)
    result.note(answer)
    ok(answer)
    return answer


async def _until(when: str) -> None:
    """Wait until shortly before the instant; the service uses the same machine's clock."""
    wait = instant(when) - BEFORE - datetime.now(UTC)
    await asyncio.sleep(max(0.0, wait.total_seconds()))
