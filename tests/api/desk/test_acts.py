"""Confirming and rejecting at the desk: once, in time, only for the clerk's office, and audited."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from process.clock import system_clock
from storage.audit.trail import AuditEntry
from storage.postgres.tables import FOREVER
from storage.preselections.desk_reasons import DeskReasons
from tests.support.api_stack import keys_of
from tests.support.applicants import Caller, Selection
from tests.support.country import Country
from tests.support.desk import clerk_of, let_lapse, reserve_plate
from tests.support.http import Answer
from tests.support.waiting import eventually

ACTS = {"confirmation": None, "rejection": {"reason": "卖方撤回"}}


async def at_the_desk(clerk: Caller, selection: Selection, act: str, body: Any = None, **options: Any) -> Answer:
    return await clerk.post(f"/desk/preselections/{selection.id}/{act}", body or ACTS[act], **options)


async def audit_entries(country: Country, selection: Selection) -> list[AuditEntry]:
    now = system_clock()
    return await country.stack.repositories.audit_trail.between(
        now - timedelta(hours=1), now + timedelta(hours=1), preselection_id=UUID(selection.id)
    )


async def claim_kind(country: Country, plate: str) -> tuple[str, bool]:
    [claim] = await country.stack.repositories.claims.live([plate], system_clock())
    return claim.kind, claim.until == FOREVER


async def test_the_confirmation_issues_the_plate_and_stops_the_deadline_for_good(country: Country) -> None:
    office = await country.own_office(validity="PT5S")
    selection = await reserve_plate(country, office)
    before = await selection.view()
    item = (await at_the_desk(clerk_of(country, office), selection, "confirmation")).ok()
    assert (len(item.pop("vin_tail")), len(item.pop("certificate_tail"))) == (6, 6)
    assert item == {
        "id": selection.id, "plate": before["plate"], "stage": "registered", "visit_by": before["visit_by"],
        "holder": "王**",
    }  # fmt: skip
    assert await claim_kind(country, before["plate"]) == ("issued", True)
    view = await selection.view()
    assert (view["stage"], view["plate"], view["deadline"]) == ("registered", before["plate"], None)
    handle = country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}")
    await asyncio.wait_for(handle.result(), 10)
    assert (await selection.view())["stage"] == "registered"


async def test_the_rejection_ends_the_reservation_without_a_ban_and_the_number_cools(country: Country) -> None:
    office = await country.own_office()
    selection = await reserve_plate(country, office)
    plate = (await selection.view())["plate"]
    item = (await at_the_desk(clerk_of(country, office), selection, "rejection")).ok()
    assert (item["stage"], item["plate"]) == ("cancelled", plate)
    assert await claim_kind(country, plate) == ("cooling", False)
    entry = (await selection.applicant.post("/entries", {})).ok()
    assert (entry["screen"], entry["blacklist"]) == ("introduction", None)


async def test_who_acted_and_when_is_audited_and_the_reason_is_sealed_beside_it(country: Country) -> None:
    office = await country.own_office()
    clerk, selection = clerk_of(country, office), await reserve_plate(country, office)
    (await at_the_desk(clerk, selection, "rejection", {"reason": "  张三说不买了  "})).ok()
    stack = country.stack
    entry = (await audit_entries(country, selection))[-1]
    me = stack.repositories.hashes.owner(clerk.claims["sub"]).hex()
    assert (entry.action, entry.actor_kind, entry.actor) == ("reject", "clerk", me)
    reasons = DeskReasons(stack.repositories.database, keys_of(stack.context.settings))
    [given] = await reasons.of_preselection(UUID(selection.id))
    assert (given.reason, given.clerk, given.request_id) == ("张三说不买了", me, entry.request_id)
    history = await stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}").fetch_history()
    recorded = "".join(str(event) for event in history.events)
    assert "张三" not in recorded
    assert clerk.claims["sub"] not in recorded


@pytest.mark.parametrize("reason", ["", " \t ", "　", None, 1, "x" * 201], ids=str)
async def test_a_rejection_needs_a_reason(country: Country, reason: object) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    answer = await clerk_of(country, office).post(f"/desk/preselections/{selection.id}/rejection", {"reason": reason})
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert answer.body["errors"][0]["field"] == "reason"
    assert (await selection.view())["stage"] == "completed"


@pytest.mark.parametrize("again", ACTS)
@pytest.mark.parametrize("first", ACTS)
async def test_a_second_act_is_wrong_stage(country: Country, first: str, again: str) -> None:
    office = await country.office()
    clerk, selection = clerk_of(country, office), await reserve_plate(country, office)
    stage = (await at_the_desk(clerk, selection, first)).ok()["stage"]
    answer = await at_the_desk(clerk, selection, again)
    assert (answer.status, answer.code, answer.body["stage"]) == (409, "wrong_stage", stage)


@pytest.mark.parametrize("act", ACTS)
async def test_after_the_deadline_it_is_too_late_even_before_a_timer_has_fired(country: Country, act: str) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    await let_lapse(selection)
    answer = await at_the_desk(clerk_of(country, office), selection, act)
    assert (answer.status, answer.code, answer.body["stage"]) == (409, "wrong_stage", "overdue")


@pytest.mark.slow
async def test_a_deadline_that_passes_bans_and_leaves_the_desk_nothing_to_confirm(country: Country) -> None:
    office = await country.own_office(validity="PT3S")
    selection, clerk = await reserve_plate(country, office), clerk_of(country, office)

    async def is_overdue() -> bool:
        return bool((await clerk.get("/desk/reservations")).ok()["items"][0]["stage"] == "overdue")

    await eventually(is_overdue)
    assert (await at_the_desk(clerk, selection, "confirmation")).code == "wrong_stage"


@pytest.mark.parametrize("act", ACTS)
async def test_another_office_s_reservation_does_not_exist(country: Country, act: str) -> None:
    office, other = await country.office(), await country.own_office()
    selection = await reserve_plate(country, office)
    theirs = await at_the_desk(clerk_of(country, other), selection, act)
    nobodys = await at_the_desk(clerk_of(country, other), Selection(selection.applicant, str(uuid4())), act)
    assert (theirs.status, theirs.code) == (404, "not_found")
    assert theirs.body == nobodys.body
    assert (await selection.view())["stage"] == "completed"


async def test_a_preselection_without_a_plate_does_not_exist_for_the_desk(country: Country) -> None:
    office, applicant = await country.office(), country.applicant()
    selection = await applicant.reach_selection(country.car(applicant, office))
    answer = await at_the_desk(clerk_of(country, office), selection, "confirmation")
    assert answer.code == "not_found"


@pytest.mark.parametrize("act", ACTS)
async def test_the_same_key_acts_once_and_hears_the_first_answer(country: Country, act: str) -> None:
    office = await country.office()
    clerk, selection, key = clerk_of(country, office), await reserve_plate(country, office), str(uuid4())
    first, *others = await asyncio.gather(*(at_the_desk(clerk, selection, act, key=key) for _ in range(4)))
    assert first.ok()
    assert [other.ok() for other in others] == [first.body] * 3
    assert [entry.actor_kind for entry in await audit_entries(country, selection)].count("clerk") == 1


async def test_two_clerks_at_once_confirm_once(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    answers = await asyncio.gather(
        *(at_the_desk(clerk_of(country, office), selection, "confirmation") for _ in range(4))
    )
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]


async def test_a_reservation_whose_workflow_was_ended_from_outside_is_still_confirmed(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    await country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}").terminate("by hand")
    assert (await at_the_desk(clerk_of(country, office), selection, "confirmation")).ok()["stage"] == "registered"
