"""Clerks and operators who help themselves or friends, as the demo's staff."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import Client as Temporal

from demo.world import BANNED, RESERVING
from tests.scenarios.acceptance.people import DemoApplicant, DemoService, ok
from tests.scenarios.attack.results import AttackResult

REASON = {"reason": "系统中断，本人已到场"}
# Nobody sees these; the numbers are an identity, a phone and a credit code with something between their digits.
BLANK_REASONS = (
    "",
    "  ",
    "\u200b",
    "\u200b\u2060\ufeff",
    "\u3000",
    "\u3164",
    "\u2800",
    "\u00ad",
    "\U000e0020",
    "\ufe0f",
)
NAMING_REASONS = (
    "138-0013-8000",
    "138 0013 8000", "１３８００１３８０００", "138\u200b0013\u200b8000", "+86 138.0013.8000", "138_0013_8000",
    "①③⑧ 0013 8000", "١٣٨٠٠١٣٨٠٠٠", "11010519491231002X", "110105-19491231-002x", "110105 1949 1231 002X",
    "9111 0000 6000 3734 1L", "91110000-60003734-1l",
)  # fmt: skip


async def own_affairs(service: DemoService) -> AttackResult:
    """A clerk who has a reservation, and an operator who is banned: persons, not accounts."""
    result = AttackResult("staff decide their own affairs")
    clerk = await service.signed_in(RESERVING.removeprefix("private-"), [])
    private = await service.signed_in(RESERVING, [])
    mine = ok(await private.get("/preselections"))["items"][0]["id"]
    for act, body in (("rejection", REASON), ("confirmation", None)):
        result.must_be(await clerk.post(f"/desk/preselections/{mine}/{act}", body), {"own_affair"})
    banned, other = await _operators(service)
    entry = await _own_ban(result, banned)
    path = f"/operations/blacklist/{entry}"
    ok(await other.post(f"{path}/release", REASON))
    result.by_right += 1
    result.must_be(await banned.post(f"{path}/confirmation"), {"own_affair"})
    result.must_be(await other.post(f"{path}/confirmation"), {"second_operator_needed"})
    return result


async def _own_ban(result: AttackResult, operator: DemoApplicant) -> str:
    """The operator's own ban, which they can't release."""
    entries = ok(await operator.get("/operations/blacklist"))["items"]
    result.unless(entries, "the demo has no ban")
    for entry in entries:
        result.must_be(await operator.post(f"/operations/blacklist/{entry['id']}/release", REASON), {"own_affair"})
    return str(entries[0]["id"])


async def one_operator_alone(service: DemoService) -> AttackResult:
    """What changes what people can get: without effect until another operator confirms it."""
    result = AttackResult("one operator alone")
    _, operator = await _operators(service)
    office = ok(await operator.get("/operations/offices"))["items"][-1]
    prefix, now = office["prefixes"][0], _now()
    segment = await _release(operator, prefix, now)
    result.unless(segment["compose_from"] > _now(timedelta(days=1)), f"composed from {segment['compose_from']}")
    withheld = ok(await operator.post("/operations/withholdings", {"numbers": [f"{prefix}12345"], "reason": "纪念号"}))
    policy = {"overrides": {"draws": 50}, "reason": "试点"}
    change = ok(await operator.post(f"/operations/offices/{office['code']}/policies", policy), 201)
    far = ok(await operator.post("/operations/deadlines/extensions", _outage(office["code"], days=31)), 202)
    for path in (
        f"/operations/segments/{segment['id']}", f"/operations/withholdings/{withheld['withholding']['id']}",
        f"/operations/offices/{office['code']}/policies/{change['id']}", f"/operations/deadlines/{far['id']}",
    ):  # fmt: skip
        result.must_be(await operator.post(f"{path}/confirmation"), {"second_operator_needed"})
    values = ok(await operator.get(f"/operations/offices/{office['code']}/policy"))["values"]
    result.unless(values["draws"]["value"] != 50, "a policy holds that nobody has confirmed")
    return result


async def _release(operator: DemoApplicant, prefix: str, now: str) -> dict[str, Any]:
    """A segment that is to be composed at once, in a pattern that the demo has left unreleased."""
    for template in ("!!A00", "A!!00", "!!!A0", "A0!!!"):
        body = {"prefix": prefix, "template": template, "compose_from": now, "reason": "开放日"}
        answer = await operator.post("/operations/segments", body)
        if answer.status_code == 201:
            return dict(answer.json())
    raise AssertionError(answer.text)


async def bounds_of_operators(service: DemoService) -> AttackResult:
    """What not even two operators may do, and what a signal through Temporal may not."""
    result = AttackResult("operators beyond their bounds")
    _, operator = await _operators(service)
    office = ok(await operator.get("/operations/offices"))["items"][-1]["code"]
    policies, yesterday = f"/operations/offices/{office}/policies", (datetime.now(UTC) - timedelta(days=2)).date()
    past = {"days": [{"day": str(yesterday), "kind": "holiday"}], "reason": "台风"}
    summer = date(yesterday.year + 1, 7, 1)
    days = [{"day": str(summer + timedelta(days=place)), "kind": "holiday"} for place in range(40)]
    closed = {"days": days, "reason": "台风"}
    tries: Sequence[tuple[str, str, dict[str, Any]]] = (
        ("POST", "/operations/deadlines/extensions", _outage(office, days=91)),
        ("PUT", f"/operations/calendar?year={yesterday.year}&office={office}", past),
        ("PUT", f"/operations/calendar?year={summer.year}&office={office}", closed),
        ("POST", policies, {"overrides": {"draws": 3}, "effective_from": _now(-timedelta(days=1)), **REASON}),
        ("POST", policies, {"overrides": {"draws": 1_000_000}, **REASON}),
        ("POST", policies, {"overrides": {"validity": "P101Y"}, **REASON}),
    )  # fmt: skip
    for method, path, body in tries:
        headers = {"Authorization": f"Bearer {operator.token}"}
        answer = await operator.http.request(method, f"/api/v1{path}", json=body, headers=headers)
        result.must_be(answer, {"validation_failed"})
    await _release_an_excluded_number(result, operator)
    await _signal_through_temporal(service, result)
    return result


async def _release_an_excluded_number(result: AttackResult, operator: DemoApplicant) -> None:
    """A number that a segment of the demo leaves out is released in a separate segment."""
    for office in ok(await operator.get("/operations/offices"))["items"]:
        for prefix in office["prefixes"]:
            for segment in ok(await operator.get(f"/operations/pool/{prefix}/segments"))["items"]:
                for excluded in segment["excluded"]:
                    # Where an exclusion has any character, the segment says which ones are possible.
                    both = zip(segment["template"], excluded, strict=True)
                    template = "".join(whole if one == "*" else one for whole, one in both)
                    body = {"prefix": prefix, "template": template, **REASON}
                    result.must_be(await operator.post("/operations/segments", body), {"validation_failed"})
                    return
    raise AssertionError("the demo excludes no number")


async def _signal_through_temporal(service: DemoService, result: AttackResult) -> None:
    """A deadline is not moved far by a signal, and the signal is not taken for an operator's act."""
    selection = (await service.selecting(1))[0]
    before = (await selection.reserve())["visit_by"]
    handle = (await Temporal.connect(service.stack.temporal)).get_workflow_handle(f"vehicle-{selection.id}")
    for days in (300, 1):
        later = str(date.fromisoformat(before) + timedelta(days=days))
        message = {"operator": "attacker", "reason": "停电", "visit_by": later, "request_id": str(uuid4())}
        await handle.signal("extend_validity", message)
    auditor = await service.caller("auditor")
    seen: list[str] = []
    while "attacker" not in seen:
        items = ok(await auditor.get("/audit/temporal", limit="1000"))["items"]
        seen = [item["actor"] for item in items if item["actor_kind"] == "temporal"]
    moved = (await selection.view())["visit_by"]
    result.tried += 2
    result.unless(moved <= str(date.fromisoformat(before) + timedelta(days=14)), f"moved from {before} to {moved}")


async def unseen_looks(service: DemoService) -> AttackResult:
    """Lists, searches and tables: each look is one more line for the auditors."""
    result = AttackResult("staff look people up unseen")
    clerk, auditor = await service.signed_in(RESERVING.removeprefix("private-"), []), await service.caller("auditor")
    _, operator = await _operators(service)
    car = (await service.neighbours(1))[0].car
    for caller, path, wanted in (
        (clerk, "/desk/reservations", {}), (clerk, "/desk/reservations", {"plate": "粤B12345"}),
        (clerk, "/desk/reservations", {"vin_tail": "123456"}), (operator, "/operations/blacklist", {}),
        (operator, "/operations/workflows", {"plate": "粤B12345"}), (operator, "/operations/texts", {}),
        (operator, "/operations/appeals", {}), (operator, "/operations/workflows/search", {"vin": car["vin"]}),
        (operator, "/operations/unconfirmed", {}), (operator, "/operations/audit", {"preselection_id": str(uuid4())}),
    ):  # fmt: skip
        before = await _looks(auditor)
        answer = await (caller.post(path, wanted) if "vin" in wanted else caller.get(path, **wanted))
        result.must_be(answer, {"200"})
        result.unless(await _looks(auditor) == before + 1, f"a look by {path} is not audited")
    headers = {"Authorization": f"Bearer {clerk.token}", "Accept": "text/csv"}
    before = await _looks(auditor)
    result.must_be(await clerk.http.get("/api/v1/desk/reservations", headers=headers), {"200"})
    result.unless(await _looks(auditor) == before + 1, "a look by a table is not audited")
    result.figure = f"{result.tried} looks, all audited" if not result.beyond else ""
    return result


async def _looks(auditor: DemoApplicant) -> int:
    return len(ok(await auditor.get("/audit/looks", limit="1000"))["items"])


async def reasons_that_say_nothing_or_too_much(service: DemoService) -> AttackResult:
    """Invisible reasons, and reasons with an identity, a phone or a credit code in disguise."""
    result = AttackResult("reasons that are blank or name somebody")
    _, operator = await _operators(service)
    clerk = await service.signed_in(RESERVING.removeprefix("private-"), [])
    prefix = ok(await operator.get("/operations/offices"))["items"][-1]["prefixes"][0]
    for reason in (*BLANK_REASONS, *NAMING_REASONS):
        body = {"numbers": [f"{prefix}54321"], "reason": reason}
        result.must_be(await operator.post("/operations/withholdings", body), {"validation_failed"})
    for reason in BLANK_REASONS:
        answer = await clerk.post(f"/desk/preselections/{uuid4()}/rejection", {"reason": reason})
        result.must_be(answer, {"validation_failed", "not_found"})
    return result


async def _operators(service: DemoService) -> tuple[DemoApplicant, DemoApplicant]:
    """The operator who is banned as an applicant, and another person."""
    own = BANNED.removeprefix("private-")
    names = (user["user"] for user in await service.users() if "operator" in user["roles"])
    other = next(name for name in names if name != own)
    return await service.signed_in(own, []), await service.signed_in(other, [])


def _outage(office: str, *, days: int) -> dict[str, Any]:
    day = (datetime.now(UTC) + timedelta(days=200)).date()
    return {
        "since": f"{day}T00:00:00.000+08:00", "until": f"{day}T12:00:00.000+08:00", "office_code": office,
        "visit_by": str(day + timedelta(days=days)), **REASON,
    }  # fmt: skip


def _now(later: timedelta = timedelta(0)) -> str:
    return (datetime.now(UTC) + later).isoformat(timespec="milliseconds").replace("+00:00", "Z")


ALL = (
    own_affairs, one_operator_alone, bounds_of_operators, unseen_looks, reasons_that_say_nothing_or_too_much,
)  # fmt: skip
