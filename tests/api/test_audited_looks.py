"""Looks of staff are audited, counted by day and reported; auditors see what changes what people can get."""

import csv
import io
from datetime import date, timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest

from api.http.tables import table
from domain.acts import ACTS
from domain.calendar import shanghai_day
from domain.instants import format_instant
from operations.auditing import ACTIONS
from process.clock import system_clock
from storage.audit.actions import AuditAction
from tests.support.applicants import Caller
from tests.support.country import Country, ban
from tests.support.desk import clerk_of, operator, reserve_plate


def auditor(country: Country) -> Caller:
    return country.caller("auditor", office=None)


async def looks_of(country: Country, actor: str) -> list[dict[str, Any]]:
    items = (await auditor(country).get("/audit/looks", params={"limit": 1000})).ok()["items"]
    return [item for item in items if item["actor"] == actor]


async def test_attack_a_clerk_and_an_operator_look_unseen(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    plate, clerk, caller = (await selection.view())["plate"], clerk_of(country, office), operator(country)
    (await clerk.get("/desk/reservations", params={"plate": plate})).ok()
    actor = country.stack.repositories.hashes.clerk(clerk.claims["sub"])
    [look] = await looks_of(country, actor)
    assert (look["action"], look["actor_kind"], look["facts"]["plate"]) == ("look_reservations", "clerk", plate)
    vin = next(iter(country.stack.registry.cars))
    (await caller.post("/operations/workflows/search", {"vin": vin})).ok()
    (await caller.get("/operations/workflows", params={"plate": plate})).ok()
    (await caller.get("/operations/blacklist")).ok()
    (await caller.get("/operations/texts", params={"preselection_id": selection.id})).ok()
    looks = await looks_of(country, caller.claims["sub"])
    assert [item["action"] for item in looks] == ["look_sms", "look_blacklist", "look_workflows", "look_workflows"]
    assert vin not in str(looks)
    assert looks[2]["facts"]["shown"] == [selection.id]


async def test_attack_an_operator_reads_masked_names_and_a_person_s_acts_unseen(country: Country) -> None:
    """The inbox and the audit show what the lists of bans and vehicles show."""
    caller, another, buyer = operator(country), operator(country), country.applicant()
    await ban(country, buyer)
    party = country.stack.repositories.hashes.party(buyer.party.id_number)
    [entry] = await country.stack.repositories.bans.of_party(party)
    (await another.post(f"/operations/blacklist/{entry.id}/release", {"reason": "误判"})).ok()
    (await caller.get("/operations/unconfirmed")).ok()
    (await caller.get("/operations/audit", params={"preselection_id": str(entry.preselection_id)})).ok()
    (await caller.get("/operations/audit")).ok()
    looks = await looks_of(country, caller.claims["sub"])
    assert [item["action"] for item in looks] == ["look_workflows", "look_blacklist"]
    assert looks[0]["facts"] == {"by": "audit", "shown": [str(entry.preselection_id)]}
    assert str(entry.id) in looks[1]["facts"]["shown"]


async def test_attack_an_auditor_looks_at_people_unseen(country: Country) -> None:
    caller, buyer = auditor(country), country.applicant()
    await ban(country, buyer)
    party = country.stack.repositories.hashes.party(buyer.party.id_number)
    [entry] = await country.stack.repositories.bans.of_party(party)
    (await operator(country).post(f"/operations/blacklist/{entry.id}/release", {"reason": "误判"})).ok()
    office = await country.office()
    selection, clerk = await reserve_plate(country, office), clerk_of(country, office)
    (await clerk.post(f"/desk/preselections/{selection.id}/confirmation")).ok()
    actor = country.stack.repositories.hashes.clerk(clerk.claims["sub"])
    (await caller.get("/audit/ban-releases")).ok()
    (await caller.get("/audit/unconfirmed")).ok()
    (await caller.get("/audit/desk/acts", params={"clerk": actor})).ok()
    (await caller.get("/audit/desk/acts")).ok()
    looks = await looks_of(country, caller.claims["sub"])
    assert [item["action"] for item in looks] == ["look_reservations", "look_blacklist", "look_blacklist"]
    assert {item["actor_kind"] for item in looks} == {"auditor"}
    assert looks[0]["facts"] == {"by": "clerk", "clerk": actor}
    assert all(str(entry.id) in look["facts"]["shown"] for look in looks[1:])


async def test_auditors_see_what_was_set_up(country: Country) -> None:
    caller, code = operator(country), f"audited-{uuid4().hex[:8]}"
    details = {"name": "甲车管所", "address": "甲路1号", "province": "广东省", "prefixes": [], "reason": "新设"}
    (await caller.call("PUT", f"/operations/offices/{code}", json=details)).ok()
    (await caller.call("PUT", f"/operations/offices/{code}", json=details | {"name": "乙车管所"})).ok()
    notice = {"texts": {"zh-CN": {"title": "业务须知", "body": "请按时到场"}}, "reason": "更新"}
    (await caller.post(f"/operations/offices/{code}/notices", notice)).ok()
    items = (await auditor(country).get("/audit/policies", params={"limit": 1000})).ok()["items"]
    own = [item["action"] for item in items if item["actor"] == caller.claims["sub"]]
    assert own == ["publish_notice", "change_office", "add_office"]


def test_every_act_of_staff_is_in_a_list_of_the_auditors() -> None:
    """Acts on a preselection are in the lists of the desk and of Temporal, early releases of bans in their own."""
    listed = {action for actions in ACTIONS.values() for action in actions}
    by_table = {"release_ban_early", "confirm_ban_release", "register", "reject", "inspect_voucher"}
    by_temporal = {act.action for act in ACTS.values()}
    # By nobody of staff, or with no effect on what people can get.
    others = {
        "restart_batch", "settle", "bar", "extend_ban", "release_ban", "file_appeal", "resend_sms", "delete_person",
        "make_key", "use_key", "make_anew", "retire_key", "continue_audit",
    }  # fmt: skip
    assert set(get_args(AuditAction)) == listed | by_table | by_temporal | others


async def test_a_daily_figure_and_one_alert_above_the_limit(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(country.stack.context.settings), "looks_per_day", 2)
    clerk = clerk_of(country, await country.office())
    for _ in range(4):
        (await clerk.get("/desk/reservations")).ok()
    actor = country.stack.repositories.hashes.clerk(clerk.claims["sub"])
    figures = (await auditor(country).get("/audit/looks/figures", params={"limit": 1000})).ok()["items"]
    today = str(shanghai_day(system_clock()))
    assert {"day": today, "actor_kind": "clerk", "actor": actor, "looks": 4, "limit": 2} in figures
    items = (await auditor(country).get("/audit/looks", params={"limit": 1000})).ok()["items"]
    alerts = [item for item in items if item["action"] == "looks_above_limit" and item["facts"]["by"] == actor]
    assert len(alerts) == 1


async def test_auditors_see_segments_calendar_deadlines_and_policies_also_as_tables(country: Country) -> None:
    office, caller = await country.own_office("B999!"), operator(country)
    now = system_clock()
    body = {"prefix": office.prefixes[0], "template": "A00!!", "compose_from": format_instant(now), "reason": "=开放日"}
    segment = (await caller.post("/operations/segments", body)).ok()
    second = operator(country)
    (await second.post(f"/operations/segments/{segment['id']}/confirmation")).ok()
    day = shanghai_day(now) + timedelta(days=400)
    days = {"days": [{"day": str(day), "kind": "holiday"}], "reason": "台风"}
    (await caller.call("PUT", f"/operations/calendar?year={day.year}&office={office.code}", json=days)).ok()
    day = shanghai_day(now) + timedelta(days=200)
    outage = {
        "since": f"{day}T00:00:00.000+08:00", "until": f"{day}T12:00:00.000+08:00", "office_code": office.code,
        "visit_by": str(day + timedelta(days=40)), "reason": "系统中断",
    }  # fmt: skip
    waiting = (await caller.post("/operations/deadlines/extensions", outage)).ok()
    policy = {"overrides": {"draws": 3}, "reason": "试点"}
    (await caller.post(f"/operations/offices/{office.code}/policies", policy)).ok()
    expected = {
        "segments": ["request_compose_early", "release_segment"], "calendar": ["enter_days"],
        "deadlines": ["request_extend_deadlines", "extend_deadlines"], "policies": ["request_policy"],
    }  # fmt: skip
    for subject, actions in expected.items():
        items = (await auditor(country).get(f"/audit/{subject}", params={"limit": 1000})).ok()["items"]
        own = [item for item in items if item["actor"] == caller.claims["sub"]]
        assert [item["action"] for item in own] == actions
        assert all(item["actor_kind"] == "operator" and item["reason"] for item in own)
        answer = await auditor_table(country, subject)
        assert [row["action"] for row in answer if row["actor"] == caller.claims["sub"]] == actions
    assert bytes(table(["a"], [{"a": "＝1"}, {"a": "\n=1"}]).body).decode() == "a\r\n'＝1\r\n\"'\n=1\"\r\n"
    reasons = {row["reason"] for row in await auditor_table(country, "segments")}
    assert "'=开放日" in reasons
    waits = (await auditor(country).get("/audit/unconfirmed")).ok()["requests"]
    assert waiting["id"] in {item["id"] for item in waits}
    assert segment["id"] not in {item["id"] for item in waits}


async def auditor_table(country: Country, subject: str) -> list[dict[str, str]]:
    """The list as CSV."""
    headers = auditor(country).headers | {"Accept": "text/csv"}
    answer = await country.stack.client.get(f"/audit/{subject}", params={"limit": 1000}, headers=headers)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_pages_follow_each_other_and_what_came_through_temporal_is_a_table_too(country: Country) -> None:
    selection = await reserve_plate(country, await country.office())
    handle = country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}")
    later = str(date.fromisoformat((await selection.view())["visit_by"]) + timedelta(days=1))
    message = {"operator": "wang", "reason": "停电", "visit_by": later, "request_id": str(uuid4())}
    await handle.execute_update("extend_validity", message)
    rows = await auditor_table(country, "temporal")
    assert ("wang", "temporal") in {(row["actor"], row["actor_kind"]) for row in rows}
    for _ in range(3):
        (await clerk_of(country, await country.office()).get("/desk/reservations")).ok()
    first = (await auditor(country).get("/audit/looks", params={"limit": 2})).ok()
    following = (await auditor(country).get("/audit/looks", params={"limit": 2, "cursor": first["next"]})).ok()
    assert not [item for item in following["items"] if item in first["items"]]
