"""Other people's preselections, cars and offers."""

from typing import Any

from tests.scenarios.acceptance.people import DemoSelection, DemoService, ok
from tests.scenarios.attack.results import AttackResult

# Fields that the attacker's own act or time changes.
VOLATILE = ("now",)
READS = ("", "/keyboard?prefix={prefix}", "/voucher", "/calendar", "/events")
ACTIONS: dict[str, Any] = {
    "start": None, "identity-code": None, "identity": {"code": "000000"}, "compositions": {"numbers": ["{number}"]},
    "draws": {}, "candidates": {"number": "{number}"}, "confirmation": {"number": "{number}"}, "cancellation": None,
}  # fmt: skip


async def stolen_ids(service: DemoService) -> AttackResult:
    """Another person knows the id of a preselection, during its draw, and makes every call."""
    result = AttackResult("stolen ids")
    victim, thief = await service.selecting(2)
    numbers = await victim.draw()
    await victim.put_aside(numbers[0])
    before = await _lasting_values(victim)
    prefix = numbers[0][:2]
    for read in READS:
        path = f"{victim.path}{read.format(prefix=prefix)}"
        result.must_be(await thief.owner.get(path), {"not_found"})
    for action, body in ACTIONS.items():
        asked = _fill(body, numbers[0])
        result.must_be(await thief.owner.post(f"{victim.path}/{action}", asked), {"not_found"})
    for role in ("clerk", "operator"):
        other = await service.caller(role)
        result.must_be(await other.get(victim.path), {"forbidden"})
        result.must_be(await other.post(f"{victim.path}/draws", {}), {"forbidden"})
    result.must_be(await thief.owner.post("/entries", {"preselection_id": victim.id}), {"not_found"})
    for action in ("confirmation", "rejection"):
        path = f"/desk/preselections/{victim.id}/{action}"
        result.must_be(
            await thief.owner.post(path, {"reason": "我要"} if action == "rejection" else None), {"forbidden"}
        )
    result.unless(await _lasting_values(victim) == before, "the victim's view has changed")
    return result


async def numbers_of_others(service: DemoService) -> AttackResult:
    """Numbers that are offered to another applicant: added as candidates, confirmed, or composed."""
    result = AttackResult("numbers offered to others")
    victim, thief = await service.selecting(2)
    theirs = await victim.draw()
    await thief.draw()
    result.must_be(await thief.post("candidates", {"number": theirs[0]}), {"not_in_batch"})
    result.must_be(await thief.post("confirmation", {"number": theirs[0]}), {"not_a_candidate"})
    view = await thief.composed(theirs[0])
    result.tried += 1
    result.unless(view["plate"] is None, f"{theirs[0]} was composed although it was offered to another")
    result.unless(view["last_submission"] == [{"number": theirs[0], "outcome": "taken"}], "the outcome is not taken")
    aside = await victim.put_aside(theirs[0])
    result.unless(theirs[0] in aside["candidates"]["numbers"], "the victim could not put it aside any more")
    return result


async def keyboard_as_oracle(service: DemoService) -> AttackResult:
    """Does the keyboard reveal which numbers are offered to others now?"""
    result = AttackResult("the keyboard as an oracle")
    victim, spy = await service.selecting(2)
    prefix = (await spy.view())["office"]["prefixes"][0]
    offered = [number for number in await victim.draw(prefix=prefix) if number.startswith(prefix)]
    for number in offered:
        keys = await spy.keys(number[2:6], prefix)
        result.tried += 1
        result.unless(number[6] in keys["available"], f"{number} is missing while it is merely offered")
    return result


async def cars_of_others(service: DemoService) -> AttackResult:
    """Another person's car, with all facts right except the buyer, until the daily limit."""
    result = AttackResult("entering with other people's cars")
    owner, thief = await service.neighbours(2)
    await thief.ask_code()
    for _ in range(7):
        body = await thief.submission(owner.car)
        result.must_be(await thief.post("/preselections", body), {"information_mismatch", "rate_limited"})
    result.unless(result.answers["information_mismatch"] <= 5, "more than five failed checks a day")
    result.unless(result.answers["rate_limited"], "the failed checks were never limited")
    mine = ok(await thief.get("/preselections"))["items"]
    result.unless(not mine, "the thief has a preselection")
    return result


async def _lasting_values(selection: DemoSelection) -> dict[str, Any]:
    return {name: value for name, value in (await selection.view()).items() if name not in VOLATILE}


def _fill(body: Any, number: str) -> Any:
    match body:
        case {"numbers": _}:
            return {"numbers": [number]}
        case {"number": _}:
            return {"number": number}
        case _:
            return body
