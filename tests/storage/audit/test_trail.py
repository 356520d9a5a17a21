"""Every act that changes a plate, a chance or the blacklist adds a row, which the application can't remove."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.calendar import DayKind
from storage.audit.trail import Act, AuditEntry, AuditTrail
from storage.bans.repository import BanRepository, NewBan
from storage.failures import ClaimLost, StaleRevision
from storage.offices.calendars import Calendars
from storage.pool.segments import SegmentRepository
from storage.postgres.database import Database
from storage.preselections.decisions import Claim
from tests.support.pool import B, Pool, segment
from tests.support.stored_preselections import AT, KEYS, LATER, SOON, Stored, decision, new_plates

ALWAYS = (AT - timedelta(days=4000), AT + timedelta(days=4000))
ADD = "INSERT INTO audit (at, actor_kind, action, plates, facts) VALUES ('2026-11-23', 'system', 'x', '{}', '{}')"
OPERATOR = Act(AT, "operator", "op-1", "办公室停电")


async def entries(database: Database, **wanted: Any) -> list[AuditEntry]:
    return await AuditTrail(database).between(*ALWAYS, **wanted)


async def audit_entries(stored: Stored, preselection_id: UUID) -> list[AuditEntry]:
    return await entries(stored.database, preselection_id=preselection_id)


async def test_a_draw_is_audited_with_its_plates_and_the_chances_left(stored_rows: Stored) -> None:
    me, plates, request_id = await stored_rows.insert(), new_plates(2), uuid4()
    held = [Claim(plate, "offered", SOON) for plate in plates]
    await stored_rows.decisions.commit(decision(me, request_id=request_id, hold=held, facts={"draws_remaining": 4}))
    [entry] = await audit_entries(stored_rows, me)
    assert (entry.at, entry.actor_kind, entry.actor, entry.action) == (AT, "applicant", None, "draw")
    assert (entry.request_id, entry.plates) == (request_id, plates)
    assert entry.facts == {"draws_remaining": 4, "offered": plates}


async def test_what_is_freed_is_distinguished_from_what_is_held(stored_rows: Stored) -> None:
    me, [first, second] = await stored_rows.insert(), new_plates(2)
    await stored_rows.decisions.commit(decision(me, hold=[Claim(first, "offered", SOON)]))
    again = decision(me, expected_revision=2, hold=[Claim(second, "candidate", SOON)], release=[first])
    await stored_rows.decisions.commit(again)
    assert (await audit_entries(stored_rows, me))[-1].facts == {"freed": [first], "candidate": [second]}


async def test_a_step_that_changes_no_plate_and_no_chance_is_not_audited(stored_rows: Stored) -> None:
    me = await stored_rows.insert()
    await stored_rows.decisions.commit(decision(me))
    assert await audit_entries(stored_rows, me) == []


async def test_chances_lost_without_a_plate_are_audited(stored_rows: Stored) -> None:
    me = await stored_rows.insert()
    await stored_rows.decisions.commit(decision(me, action="compose", facts={"composed_remaining": 15}))
    [entry] = await audit_entries(stored_rows, me)
    assert (entry.action, entry.plates, entry.facts) == ("compose", [], {"composed_remaining": 15})


async def test_an_operators_act_is_audited_with_name_and_reason(stored_rows: Stored) -> None:
    me, [plate] = await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(me, hold=[Claim(plate, "reserved", LATER)]))
    await stored_rows.decisions.commit(
        decision(
            me,
            action="reject",
            expected_revision=2,
            hold=[Claim(plate, "cooling", LATER)],
            actor_kind="operator",
            operator="op-1",
            reason="卖方撤回",
        )
    )
    entry = (await audit_entries(stored_rows, me))[-1]
    assert (entry.actor_kind, entry.actor, entry.facts["reason"]) == ("operator", "op-1", "卖方撤回")
    assert await entries(stored_rows.database, actor="op-1", preselection_id=me) == [entry]


async def test_what_was_refused_or_repeated_leaves_no_further_row(stored_rows: Stored) -> None:
    me, other, plates = await stored_rows.insert(), await stored_rows.insert(), new_plates(1)
    taken = decision(other, hold=[Claim(plates[0], "offered", SOON)])
    await stored_rows.decisions.commit(taken)
    with pytest.raises(ClaimLost):
        await stored_rows.decisions.commit(decision(me, hold=[Claim(plates[0], "offered", SOON)]))
    with pytest.raises(StaleRevision):
        await stored_rows.decisions.commit(taken)
    assert await audit_entries(stored_rows, me) == []
    assert len(await audit_entries(stored_rows, other)) == 1


async def test_a_ban_its_extension_and_its_end_are_audited(own_database: Database) -> None:
    bans, party, missed = BanRepository(own_database, KEYS), uuid4().bytes, uuid4()
    first = NewBan(uuid4(), party, "张*", AT, LATER, missed)
    entry = await bans.ban(first)
    await bans.ban(first)
    longer = NewBan(uuid4(), party, "张*", SOON, LATER + timedelta(days=1), missed)
    await bans.ban(longer)
    await bans.ban(longer)
    await bans.release(entry.id, LATER + timedelta(days=1))
    found = await entries(own_database, preselection_id=missed)
    assert [(each.action, each.actor_kind) for each in found] == [
        ("bar", "timer"),
        ("extend_ban", "timer"),
        ("release_ban", "timer"),
    ]
    assert {each.facts["entry_id"] for each in found} == {str(entry.id)}


async def test_an_early_release_and_its_confirmation_are_audited_with_both_operators(own_database: Database) -> None:
    bans, missed = BanRepository(own_database, KEYS), uuid4()
    entry = await bans.ban(NewBan(uuid4(), uuid4().bytes, "张*", AT, LATER, missed))
    assert await bans.release_early(entry.id, AT, operator="op-1", reason="停电")
    assert await BanRepository(own_database, KEYS).confirm_release(entry.id, Act(SOON, "operator", "op-2"))
    _, released, confirmed = await entries(own_database, preselection_id=missed)
    assert (released.action, released.actor, released.facts["reason"]) == ("release_ban_early", "op-1", "停电")
    assert (confirmed.action, confirmed.actor, confirmed.facts["first"]) == ("confirm_ban_release", "op-2", "op-1")


async def test_a_changed_segment_and_a_changed_calendar_are_audited(pool: Pool) -> None:
    await pool.add_prefix(B, segment("!!!!!"))
    await SegmentRepository(pool.database).exclude(B, "!!!!!", ["!!!!8"], OPERATOR)
    calendars = Calendars(pool.database)
    await calendars.enter({date(2027, 1, 4): DayKind.HOLIDAY}, OPERATOR, office_code=f"office {B}")
    await calendars.declare_year(2027, OPERATOR, official=True)
    found = await entries(pool.database)
    assert [each.action for each in found] == ["release_segment", "exclude_numbers", "enter_days", "declare_year"]
    assert (found[1].facts["excluded"], found[1].facts["reason"]) == (["!!!!8"], "办公室停电")
    assert found[2].facts["days"] == {"2027-01-04": "holiday"}
    assert (found[3].facts["year"], found[3].facts["official"]) == (2027, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET action = 'nothing'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE audit_seal SET count = 0",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TABLE audit",
        ADD.replace("(at,", "(xact, at,").replace("('2026", "(1, '2026"),
        ADD.replace("(at,", "(id, at,").replace("VALUES (", "OVERRIDING SYSTEM VALUE VALUES (1, "),
        "ALTER TABLE decision DROP CONSTRAINT ck_decision_all_plates_claimed",
        "UPDATE alembic_version SET version_num = 'none'",
    ],
)
async def test_the_application_can_neither_change_the_audit_nor_any_table(database: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="InsufficientPrivilege"):
        await database.rows(text(statement))


async def test_the_application_may_add_a_row(own_database: Database) -> None:
    """Shows that the refusals above depend on the columns that the statements set."""
    await own_database.rows(text(ADD))
    assert len(await entries(own_database)) == 1


async def test_the_owner_is_somebody_else(own_database: Database, as_owner: Callable[[str], str]) -> None:
    """Shows that the refusals above depend on the role, not on the statements."""
    await own_database.rows(text(ADD))
    owner = Database(as_owner(own_database.engine.url.render_as_string(hide_password=False)))
    try:
        await owner.rows(text("DELETE FROM audit"))
    finally:
        await owner.close()
    assert await entries(own_database) == []
