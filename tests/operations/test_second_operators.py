"""What changes what people can get waits for a second operator, and has bounds (attacks by operators)."""

from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowUpdateFailedError

from domain.calendar import shanghai_day
from domain.instants import format_instant
from process.clock import system_clock
from storage.postgres.tables import claim
from tests.support.applicants import Caller, Selection
from tests.support.command_line import Run
from tests.support.country import Country
from tests.support.desk import operator, reserve_plate
from tests.support.http import Answer
from tests.support.waiting import eventually

TUESDAY = 1


async def composes(country: Country, prefix: str, serial: str) -> bool:
    """Whether a composed number of the prefix is accepted; otherwise it is taken."""
    office = next(each for each in await country.stack.repositories.offices.all() if prefix in each.prefixes)
    buyer = country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    view = (await selection.post("compositions", {"numbers": [prefix + serial]})).ok()
    return bool(view["stage"] == "completed")


@pytest.mark.parametrize("backdated", [timedelta(0), timedelta(days=30)], ids=["at once", "with a release in the past"])
async def test_attack_one_operator_releases_a_segment_that_can_be_composed_at_once(
    country: Country, backdated: timedelta
) -> None:
    office, first, second = await country.own_office("B999!"), operator(country), operator(country)
    prefix, now = office.prefixes[0], system_clock()
    body = {
        "prefix": prefix, "template": "A00!!", "released_at": format_instant(now - backdated),
        "compose_from": format_instant(now - backdated), "reason": "开放日",
    }  # fmt: skip
    segment = (await first.post("/operations/segments", body)).ok()
    assert segment["compose_from"] > format_instant(now + timedelta(days=6))
    assert (segment["requested_compose_from"], segment["confirmed_by"]) == (body["compose_from"], None)
    assert not await composes(country, prefix, "A0012")
    path = f"/operations/segments/{segment['id']}/confirmation"
    assert (await first.post(path)).code == "second_operator_needed"
    confirmed = (await second.post(path)).ok()
    assert (confirmed["compose_from"], confirmed["confirmed_by"]) == (body["compose_from"], second.claims["sub"])
    assert (await second.post(path)).ok() == confirmed
    assert (await operator(country).post(path)).code == "nothing_to_confirm"
    assert await composes(country, prefix, "A0034")


async def test_a_segment_by_the_office_s_policy_needs_no_second_operator(country: Country) -> None:
    eager, caller = await country.own_office("B999!", random_only="PT0S"), operator(country)
    now = format_instant(system_clock())
    body = {"prefix": eager.prefixes[0], "template": "A00!!", "compose_from": now}
    segment = (await caller.post("/operations/segments", body)).ok()
    assert (segment["compose_from"], segment["requested_compose_from"]) == (now, None)
    path = f"/operations/segments/{segment['id']}/confirmation"
    assert (await operator(country).post(path)).code == "nothing_to_confirm"
    assert (await caller.post(f"/operations/segments/{uuid4()}/confirmation")).code == "not_found"
    blank = body | {"template": "C00!!", "reason": "\u200b"}
    assert (await caller.post("/operations/segments", blank)).code == "validation_failed"


async def extend(caller: Caller, day: date, office: str, days: int) -> Answer:
    body = {
        "since": f"{day}T00:00:00.000+08:00", "until": f"{day}T12:00:00.000+08:00", "office_code": office,
        "visit_by": str(day + timedelta(days=days)), "reason": "系统中断",
    }  # fmt: skip
    return await caller.post("/operations/deadlines/extensions", body)


async def test_attack_one_operator_moves_a_deadline_further_than_they_may(country: Country) -> None:
    office, first, second = await country.own_office(), operator(country), operator(country)
    selection = await reserve_plate(country, office)
    day = date.fromisoformat((await selection.view())["visit_by"])
    too_far = await extend(first, day, office.code, 91)
    assert (too_far.code, too_far.body["errors"][0]["field"]) == ("validation_failed", "visit_by")
    waiting = (await extend(first, day, office.code, 31)).ok()
    assert (waiting["waits_for_confirmation"], waiting["reservations"]) == (True, 1)
    path = f"/operations/deadlines/{waiting['id']}/confirmation"
    assert (await first.post(path)).code == "second_operator_needed"
    own = operator(country)
    own.claims["id_number"] = selection.applicant.claims["id_number"]
    assert (await own.post(path)).code == "own_affair"
    assert (await selection.view())["visit_by"] == str(day)
    begun = (await second.post(path)).ok()
    assert (begun["waits_for_confirmation"], begun["workflow_id"]) == (False, waiting["workflow_id"])

    async def has_moved() -> bool:
        return date.fromisoformat((await selection.view())["visit_by"]) >= day + timedelta(days=31)

    await eventually(has_moved)
    assert (await operator(country).post(path)).code == "nothing_to_confirm"


async def test_attack_a_signal_through_temporal_moves_a_deadline_far(country: Country) -> None:
    selection = await reserve_plate(country, await country.office())
    before = (await selection.view())["visit_by"]
    handle = country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}")
    far, near = (str(date.fromisoformat(before) + timedelta(days=days)) for days in (31, 30))
    for visit_by in (far, near):
        message = {"operator": "wang", "reason": "停电", "visit_by": visit_by, "request_id": str(uuid4())}
        await handle.signal("extend_validity", message)

    async def has_moved() -> bool:
        return bool((await selection.view())["visit_by"] != before)

    await eventually(has_moved)
    assert (await selection.view())["visit_by"] == near


async def test_days_that_are_over_stay_as_they_are(country: Country) -> None:
    yesterday = shanghai_day(system_clock()) - timedelta(days=1)
    body = {"days": [{"day": str(yesterday), "kind": "holiday"}], "reason": "台风"}
    office = await country.office()
    path = f"/operations/calendar?year={yesterday.year}&office={office.code}"
    answer = await operator(country).call("PUT", path, json=body)
    assert (answer.code, answer.body["errors"][0]["field"]) == ("validation_failed", "days")


async def has_last_day(selection: Selection, day: date) -> bool:
    return bool((await selection.view())["visit_by"] == str(day))


async def test_attack_one_operator_moves_a_deadline_far_in_several_steps(country: Country, xuanhao: Run) -> None:
    office, first = await country.own_office(), operator(country)
    selection = await reserve_plate(country, office)
    day = date.fromisoformat((await selection.view())["visit_by"])
    near = day + timedelta(days=30)
    assert not (await extend(first, day, office.code, 30)).ok()["waits_for_confirmation"]
    await eventually(partial(has_last_day, selection, near))
    waiting = (await extend(first, near, office.code, 1)).ok()
    assert waiting["waits_for_confirmation"]
    directly = await xuanhao(
        *("--operator", "wang", "deadlines", "extend", "--directly", "--office", office.code, "--reason", "停电"),
        *("--since", f"{near}T00:00", "--until", f"{near}T12:00", "--visit-by", str(near + timedelta(days=1))),
    )
    assert (directly.code, "second operator" in directly.err) == (1, True)
    assert await has_last_day(selection, near)
    (await operator(country).post(f"/operations/deadlines/{waiting['id']}/confirmation")).ok()
    await eventually(partial(has_last_day, selection, near + timedelta(days=1)))


async def test_attack_signals_through_temporal_move_a_deadline_far_in_several_steps(country: Country) -> None:
    selection = await reserve_plate(country, await country.office())
    day = date.fromisoformat((await selection.view())["visit_by"])
    handle = country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}")
    near = day + timedelta(days=30)

    async def move(to: date) -> None:
        message = {"operator": "wang", "reason": "停电", "visit_by": str(to), "request_id": str(uuid4())}
        await handle.execute_update("extend_validity", message)

    await move(near)
    with pytest.raises(WorkflowUpdateFailedError):
        await move(near + timedelta(days=30))
    assert await has_last_day(selection, near)


async def test_attack_one_operator_moves_deadlines_far_by_closing_the_office(country: Country) -> None:
    """Neither at once nor bit by bit: a run of days off moves a deadline to its end."""
    office, caller = await country.own_office(), operator(country)
    first = shanghai_day(system_clock()) + timedelta(days=500)
    while first.weekday() != TUESDAY:
        first += timedelta(days=1)

    async def close(since: date, days: int) -> Answer:
        named = [{"day": str(since + timedelta(days=place)), "kind": "holiday"} for place in range(days)]
        years = {each["day"][:4] for each in named}
        assert len(years) == 1
        path = f"/operations/calendar?year={years.pop()}&office={office.code}"
        return await caller.call("PUT", path, json={"days": named, "reason": "台风"})

    at_once = await close(first, 31)
    assert (at_once.code, at_once.body["errors"][0]["field"]) == ("validation_failed", "days")
    (await close(first, 15)).ok()
    assert (await close(first + timedelta(days=15), 16)).code == "validation_failed"
    (await close(first + timedelta(days=15), 15)).ok()
    assert (await close(first + timedelta(days=30), 1)).code == "validation_failed"
    calendar = await country.stack.repositories.calendars.of_office(office.code)
    assert calendar.working_day_from(first) == first + timedelta(days=30)


async def test_attack_one_operator_lifts_an_exclusion(country: Country) -> None:
    """A number that was excluded, at the release or later, comes back in no other segment."""
    office, caller = await country.own_office("B999!"), operator(country)
    prefix = office.prefixes[0]
    body = {"prefix": prefix, "template": "A00!!", "excluded": ["***88"]}
    (await caller.post("/operations/segments", body)).ok()
    further = {"prefix": prefix, "template": "A00!!", "excluded": ["A0066"], "reason": "不吉利"}
    (await caller.post("/operations/segments/exclusions", further)).ok()
    for path in ("/operations/segments", "/operations/segments/preview"):
        for template in ("A0088", "A0066"):
            refused = await caller.post(path, {"prefix": prefix, "template": template})
            assert (refused.code, refused.body["errors"][0]["field"]) == ("validation_failed", "template")
    assert (await caller.get(f"/operations/pool/{prefix}")).ok()["total"] == 10 + 100 - 2
    (await caller.post("/operations/segments", {"prefix": prefix, "template": "A01!!"})).ok()


async def test_attack_one_operator_keeps_a_number_for_a_friend(country: Country) -> None:
    """One operator alone takes numbers away from everybody at once, but can give them to nobody."""
    office, first = await country.own_office("B9!!!"), operator(country)
    number = f"{office.prefixes[0]}B9123"
    made = (await first.post("/operations/withholdings", {"numbers": [number], "reason": "公务预留"})).ok()
    path = f"/operations/withholdings/{made['withholding']['id']}"
    assert not await composes(country, office.prefixes[0], "B9123")
    account = operator(country)
    account.claims["id_number"] = first.claims["id_number"]
    for caller in (first, account):
        assert (await caller.post(f"{path}/confirmation")).code == "second_operator_needed"
    (await first.post(f"{path}/release", {"reason": "不再需要"})).ok()
    assert not await composes(country, office.prefixes[0], "B9123")
    held = await country.stack.repositories.database.row(
        select(claim.c.kind, claim.c.until).where(claim.c.plate == number)
    )
    assert held is not None
    assert (held.kind, held.until >= system_clock() + timedelta(hours=23)) == ("cooling", True)
    waits = (await operator(country).get("/operations/unconfirmed")).ok()["withholdings"]
    assert made["withholding"]["id"] in {each["id"] for each in waits}
