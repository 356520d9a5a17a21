"""Parallel requests: competition for a number, repeats of one request, and hoarding."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx

from tests.scenarios.acceptance.people import DemoSelection, DemoService, ok, wait_until
from tests.scenarios.attack.results import BUSY, AttackResult, code_of

REFUSED = {
    "wrong_stage", "too_early", "no_draws_left", "no_composed_left", "too_many_numbers", "rate_limited", "not_in_batch",
    "batch_expired", "not_a_candidate", "candidate_expired", *BUSY,
}  # fmt: skip


async def rivals_for_numbers(service: DemoService, rivals: int) -> AttackResult:
    """All compose the same numbers at the same time: each has one owner, and the others lose the chances they used."""
    result = AttackResult(f"{rivals} accounts race for the same numbers")
    racers = await service.selecting(rivals)
    numbers = await racers[0].free_numbers(3)
    before = [await racer.view() for racer in racers]
    await asyncio.gather(*(_wait_for_countdown(racer) for racer in racers))
    answers = await asyncio.gather(*(racer.compose(*numbers) for racer in racers))
    for answer in answers:
        result.note(answer)
    after = [await racer.view() for racer in racers]
    owners = [view["plate"] for view in after if view["plate"]]
    result.by_right = len(owners)
    result.unless(len(owners) == len(set(owners)), f"a number has two owners: {owners}")
    result.unless(set(owners) <= set(numbers), f"somebody has a number that nobody composed: {owners}")
    for earlier, view in zip(before, after, strict=True):
        spent = earlier["composed"]["remaining"] - view["composed"]["remaining"]
        fair = 0 if view["plate"] else len(numbers)
        result.unless(spent == fair, f"{spent} chances spent where {fair} would be fair")
    return result


async def replays(service: DemoService, times: int) -> AttackResult:
    """The same draw many times in parallel: with one key one draw; without a key at most the remaining draws."""
    result = AttackResult("replays of a draw, with one key and without")
    with_key, without = await service.selecting(2)
    allowed = (await with_key.view())["draws"]["remaining"]
    key = {"Idempotency_Key": str(uuid4())}
    answers = await asyncio.gather(*(with_key.post("draws", {}, **key) for _ in range(times)))
    batches = _batches(result, answers)
    result.unless(len(batches) == 1, f"{len(batches)} batches under one key")
    left = (await with_key.view())["draws"]["remaining"]
    result.unless(left == allowed - 1, f"{allowed - left} draws spent under one key")
    answers = await asyncio.gather(*(without.post("draws", {}) for _ in range(times)))
    batches = _batches(result, answers)
    spent = allowed - (await without.view())["draws"]["remaining"]
    accepted = sum(answer.status_code == 200 for answer in answers)
    result.by_right = 1 + accepted
    unknown = sum(code_of(answer) == "outcome_unknown" for answer in answers)
    # Each response shows the batch of its draw, and no charged request is refused.
    fair = len(batches) == accepted <= spent <= min(allowed, accepted + unknown)
    result.unless(fair, f"{accepted} draws, and {unknown} that nobody knows of, for {spent} of {allowed} chances")
    return result


async def stolen_key(service: DemoService) -> AttackResult:
    """Another caller's idempotency key, or a reused one, reveals nothing."""
    result = AttackResult("idempotency keys of others")
    victim, thief = await service.selecting(2)
    key = {"Idempotency_Key": str(uuid4())}
    theirs = ok(await victim.post("draws", {}, **key))["batch"]["numbers"]
    mine = ok(await thief.post("draws", {}, **key))["batch"]["numbers"]
    result.tried += 3
    result.unless(not set(theirs) & set(mine), "the thief was told the victim's numbers")
    result.must_be(await victim.post("draws", {"exclude_four": True}, **key), {"idempotency_key_invalid"})
    result.must_be(await thief.owner.post(f"{victim.path}/draws", {}, **key), {"not_found"})
    return result


async def hoard(service: DemoService) -> AttackResult:
    """All draws in parallel, and for every batch parallel requests for all its numbers as candidates."""
    result = AttackResult("hoarding by batches and candidates")
    hoarder = (await service.selecting(1))[0]
    view = await hoarder.view()
    draws, size = view["draws"]["remaining"], view["draws"]["batch_size"]
    seen: list[str] = []
    for _ in range(draws):
        numbers = await hoarder.draw()
        seen += numbers
        asides = await asyncio.gather(*(hoarder.post("candidates", {"number": number}) for number in numbers))
        for answer in asides:
            result.note(answer)
    view = await hoarder.view()
    result.must_be(await hoarder.post("draws", {}), {"no_draws_left", "rate_limited"})
    held = {*(view["batch"] or {"numbers": []})["numbers"], *(view["candidates"] or {"numbers": []})["numbers"]}
    result.by_right = len(held)
    result.unless(len(held) <= size + draws - 1, f"{len(held)} numbers held")
    result.unless(len((view["candidates"] or {"numbers": []})["numbers"]) <= draws, "more than one candidate a batch")
    result.unless(len(seen) == len(set(seen)), "a number was offered twice")
    candidates = (view["candidates"] or {"numbers": []})["numbers"]
    answers = await asyncio.gather(*(hoarder.post("confirmation", {"number": number}) for number in candidates))
    plates = {answer.json()["plate"] for answer in answers if answer.status_code == 200}
    for answer in answers:
        result.note(answer)
    result.unless(len(plates) <= 1, f"one vehicle has {plates}")
    return result


async def compositions_beyond(service: DemoService) -> AttackResult:
    """More numbers than allowed: too many, duplicates, of another office, and more than all chances."""
    result = AttackResult("compositions beyond the chances")
    greedy, holder = await service.selecting(2)
    chances = (await greedy.view())["composed"]["remaining"]
    free = await greedy.free_numbers(8)
    for numbers, code in (
        (free * 20, "number_duplicated"), (free, "too_many_numbers"), ([free[0].lower(), free[0]], "number_duplicated"),
        (["京A12345"], "number_malformed"), ([*free[:2], free[0][:-1]], "number_malformed"),
    ):  # fmt: skip
        result.must_be(await greedy.compose(*numbers), {code})
    result.unless((await greedy.view())["composed"]["remaining"] == chances, "a refusal cost a chance")
    taken = await holder.draw()
    most = (await greedy.view())["composed"]["max_per_submission"]
    while left := (await greedy.view())["composed"]["remaining"]:
        await _wait_for_countdown(greedy)
        few = taken[: min(most, left)]
        answers = await asyncio.gather(*(greedy.compose(*few) for _ in range(8)))
        accepted = sum(result.note(answer) == "200" for answer in answers)
        spent = left - (await greedy.view())["composed"]["remaining"]
        result.unless(spent >= accepted * len(few), f"{spent} chances for {accepted} submissions of {len(few)}")
        result.by_right += accepted
    result.must_be(await greedy.compose(free[0]), {"no_composed_left", "wrong_stage", "rate_limited"})
    result.unless((await greedy.view())["plate"] is None, "a plate without a chance")
    return result


async def _wait_for_countdown(selection: DemoSelection) -> None:
    """Wait until the countdown of 「确认选号」 is over."""
    if enabled_at := (await selection.view())["composed"]["confirm_enabled_at"]:
        await wait_until(enabled_at)


def _batches(result: AttackResult, answers: Sequence[httpx.Response]) -> set[str]:
    """The distinct batches; any other response must be a refusal of the contract."""
    batches: set[str] = set()
    for answer in answers:
        result.note(answer)
        if answer.status_code == 200:
            body: dict[str, Any] = answer.json()
            batches.add(" ".join(body["batch"]["numbers"]))
        else:
            result.unless(code_of(answer) in REFUSED, f"{answer.status_code} {answer.text[:200]}")
    return batches
