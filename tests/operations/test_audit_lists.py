"""Auditors read the acts of staff, and can do nothing else; operators and clerks can't read the lists."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from api.http.cursors import cursor_of
from process.clock import system_clock
from storage.audit.seals import AuditSeals
from storage.postgres.database import Database
from storage.postgres.tables import blacklist
from tests.support.applicants import Caller
from tests.support.command_line import Run
from tests.support.country import Country
from tests.support.desk import clerk_of, operator, reserve_plate


def auditor(country: Country) -> Caller:
    return country.caller("auditor", office=None, id_number=None, phone_number=None)


async def test_numbers_withheld_and_given_back_are_listed_with_who_why_and_who_agreed(country: Country) -> None:
    office = await country.own_office("B999!")
    first, second, watching = operator(country), operator(country), auditor(country)
    withholding = {"numbers": [f"{office.prefixes[0]}B9991"], "reason": "公务预留"}
    known = (await first.post("/operations/withholdings", withholding)).ok()["withholding"]
    waiting = (await watching.get("/audit/unconfirmed")).ok()["withholdings"]
    assert known["id"] in [each["id"] for each in waiting]
    own = await first.post(f"/operations/withholdings/{known['id']}/confirmation")
    assert own.code == "second_operator_needed"
    (await second.post(f"/operations/withholdings/{known['id']}/confirmation")).ok()
    release = f"/operations/withholdings/{known['id']}/release"
    assert (await second.post(release, {"reason": " "})).code == "validation_failed"
    (await second.post(release, {"reason": "不再需要"})).ok()
    listed = (await watching.get("/audit/withholdings")).ok()["items"]
    [found] = [each for each in listed if each["id"] == known["id"]]
    by = [found[name] for name in ("withheld_by", "confirmed_by", "released_by", "release_confirmed_by")]
    assert by == [first.claims["sub"], second.claims["sub"], second.claims["sub"], None]
    assert (found["reason"], found["release_reason"]) == ("公务预留", "不再需要")
    waiting = (await watching.get("/audit/unconfirmed")).ok()["withholdings"]
    assert known["id"] in [each["id"] for each in waiting], "the release waits for a second operator too"
    before = (await watching.get("/audit/withholdings", params={"until": found["withheld_at"]})).ok()["items"]
    assert known["id"] not in [each["id"] for each in before]


async def test_bans_ended_early_are_listed_until_and_after_they_are_confirmed(country: Country) -> None:
    office, entry = await country.office(), uuid4()
    selection = await reserve_plate(country, office)
    context = country.stack.context
    vault = context.repositories.bans._vault
    statement = text("""
        INSERT INTO blacklist (id, party_hash, holder, since, until, preselection_id)
        SELECT :id, :party, :holder, :since, :until, CAST(:preselection AS uuid)
    """)
    now = system_clock()
    values = {"id": entry, "party": uuid4().bytes * 2, "holder": vault.encrypt(blacklist.c.holder, "王*")}
    values |= {"since": now, "until": now.replace(year=now.year + 1), "preselection": selection.id}
    await context.repositories.database.rows(statement, values)
    first, second, watching = operator(country), operator(country), auditor(country)
    (await first.post(f"/operations/blacklist/{entry}/release", {"reason": "误判"})).ok()
    waiting = (await watching.get("/audit/unconfirmed")).ok()["ban_releases"]
    assert str(entry) in [each["id"] for each in waiting]
    refused = await first.post(f"/operations/blacklist/{entry}/confirmation")
    assert refused.code == "second_operator_needed"
    (await second.post(f"/operations/blacklist/{entry}/confirmation")).ok()
    listed = (await watching.get("/audit/ban-releases")).ok()["items"]
    [found] = [each for each in listed if each["id"] == str(entry)]
    assert (found["released_by"], found["confirmed_by"]) == (first.claims["sub"], second.claims["sub"])
    assert found["release_reason"] == "误判"


@pytest.mark.slow
async def test_each_clerk_s_confirmations_and_rejections_are_counted(country: Country, xuanhao: Run) -> None:
    office = await country.own_office()
    strict, kind, watching = clerk_of(country, office), clerk_of(country, office), auditor(country)
    for clerk, act in ((strict, "rejection"), (strict, "rejection"), (strict, "confirmation"), (kind, "confirmation")):
        selection = await reserve_plate(country, office)
        body = {"reason": "卖方反悔"} if act == "rejection" else None
        (await clerk.post(f"/desk/preselections/{selection.id}/{act}", body)).ok()
    listed = (await watching.get("/audit/desk", params={"limit": "1000"})).ok()["items"]
    mine = [each for each in listed if each["office_code"] == office.code]
    assert [(each["rejections"], each["confirmations"]) for each in mine] == [(2, 1), (0, 1)]
    acts = (await watching.get("/audit/desk/acts", params={"clerk": mine[0]["clerk"]})).ok()["items"]
    assert [act["action"] for act in acts] == ["register", "reject", "reject"]
    typed = await xuanhao("audit", "desk", "--clerk", stdin=f"{strict.claims['sub']}\n")
    assert [record["preselection_id"] for record in typed.records] == [act["preselection_id"] for act in acts]
    counted = [record for record in (await xuanhao("audit", "desk")).records if record["office_code"] == office.code]
    assert [record["clerk"] for record in counted] == [each["clerk"] for each in mine]


async def test_what_came_through_temporal_is_listed_with_the_names_that_were_claimed(
    country: Country, xuanhao: Run
) -> None:
    selection = await reserve_plate(country, await country.office())
    handle = country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}")
    before = await selection.view()
    await handle.execute_update("enter", {"request_id": str(uuid4())}, id=str(uuid4()))
    later = (date.fromisoformat(before["visit_by"]) + timedelta(days=1)).isoformat()
    extension = {"operator": "wang", "reason": "停电", "visit_by": later, "request_id": str(uuid4())}
    await handle.execute_update("extend_validity", extension, id=str(uuid4()))
    await handle.execute_update("cancel", {"operator": "wang", "reason": "重复登记"}, id=str(uuid4()))
    watching, about = auditor(country), {"preselection_id": selection.id, "actor_kind": "temporal", "actor": "wang"}
    listed = (await watching.get("/audit/temporal")).ok()["items"]
    mine = [each for each in listed if each["preselection_id"] == selection.id]
    expected = [("reject", "重复登记"), ("extend_validity", "停电")]
    assert [(each["action"], each["reason"]) for each in mine] == expected
    assert all(about.items() <= each.items() for each in mine)
    assert mine[1]["request_id"] == extension["request_id"]
    assert mine[0]["plates"] == [before["plate"]]
    # Page by page it is the same list, and a period leaves out what is not in it.
    pages, cursor = [], ""
    for _ in listed:
        page = (await watching.get("/audit/temporal", params={"limit": "1", "cursor": cursor})).ok()
        pages += page["items"]
        cursor = page["next"]
    assert pages == listed
    assert (await watching.get("/audit/temporal", params={"limit": "1", "cursor": cursor})).ok()["items"] == []
    earlier = (await watching.get("/audit/temporal", params={"until": mine[0]["at"]})).ok()["items"]
    assert [each["action"] for each in earlier if each["preselection_id"] == selection.id] == ["extend_validity"]
    assert (await watching.get("/audit/temporal", params={"cursor": "not ours"})).code == "validation_failed"
    typed = (await xuanhao("audit", "temporal")).records
    recorded = [each["action"] for each in typed if each["preselection_id"] == selection.id]
    assert recorded == [action for action, _ in expected]


async def test_a_cursor_beyond_all_numbers_is_the_place_after_which_everything_comes(country: Country) -> None:
    beyond = cursor_of((system_clock() + timedelta(days=1), UUID(int=2**128 - 1)))
    assert (await auditor(country).get("/audit/temporal", params={"cursor": beyond})).ok()["next"] is None


async def test_an_auditor_reads_only_and_nobody_else_reads_that(country: Country) -> None:
    lists = ("withholdings", "ban-releases", "unconfirmed", "desk", "desk/acts", "temporal")
    watching = auditor(country)
    for name in lists:
        (await watching.get(f"/audit/{name}")).ok()
        assert (await operator(country).get(f"/audit/{name}")).code == "forbidden"
        assert (await country.caller("clerk").get(f"/audit/{name}")).code == "forbidden"
        assert (await country.caller("auditor", "operator").get(f"/audit/{name}")).code == "forbidden"
        table = await watching.stack.client.get(f"/audit/{name}", headers=watching.headers | {"Accept": "text/csv"})
        assert table.headers["content-type"].startswith("application/json" if name == "unconfirmed" else "text/csv")
    assert (await watching.get("/operations/audit")).code == "forbidden"
    release = f"/operations/blacklist/{uuid4()}/release"
    assert (await country.caller("auditor", "operator").post(release, {"reason": "x"})).code == "forbidden"


async def test_whoever_changes_the_audit_behind_the_lists_is_found_out(
    country: Country, xuanhao: Run, as_owner: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await country.own_office()
    clerk, selection = clerk_of(country, office), await reserve_plate(country, office)
    (await clerk.post(f"/desk/preselections/{selection.id}/rejection", {"reason": "卖方反悔"})).ok()
    database = country.stack.repositories.database
    await AuditSeals(database).seal(system_clock())
    owner = Database(as_owner(country.stack.context.settings.database_url))
    change = text("UPDATE audit SET actor = :name WHERE preselection_id = CAST(:id AS uuid) AND action = 'reject'")
    [found] = await owner.rows(
        text("SELECT actor FROM audit WHERE preselection_id = CAST(:id AS uuid) AND action = 'reject'"),
        {"id": selection.id},
    )
    await owner.rows(change, {"id": selection.id, "name": "somebody else"})
    assert (await xuanhao("audit", "verify")).code == 1
    watching, faults = auditor(country), list[dict[str, Any]]()
    part: dict[str, Any] = {"next": 0}
    while part["next"] is not None:
        part = (await watching.get("/audit/verification", params={"after": str(part["next"])})).ok()
        assert part["intact"] == (not part["faults"])
        faults += part["faults"]
    assert ("changed" in faults[0]["reason"], faults[0]["kind"]) == (True, "changed")
    assert part["last"]["digest"]
    await owner.rows(change, {"id": selection.id, "name": found.actor})
    assert (await xuanhao("audit", "verify")).code == 0
    monkeypatch.setattr("storage.audit.verification.PART_ROWS", 1)
    part = (await watching.get("/audit/verification", params={"after": str(faults[0]["seal"] - 1)})).ok()
    assert (part["intact"], part["seals"]) == (True, 1)
    assert (await watching.get("/audit/verification", params={"after": "x"})).code == "validation_failed"
    await owner.close()
