"""Counts by hour and day: each act once, whenever it is counted, and read without looking at acts."""

import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.calendar import shanghai_day
from storage.audit.actions import AuditAction
from storage.audit.trail import Act, Subject, note
from storage.postgres.database import Database
from storage.rollups.reader import FigureName, RollupReader, Wanted, statement_of
from storage.rollups.writer import RollupWriter
from storage.sms.deliveries import Attempt, SmsDeliveries
from tests.support.stored_preselections import AT, Stored, decision

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICES, PREFIXES = 21, 2


async def act(stored: Stored, me: UUID, action: AuditAction, at: Any, **facts: Any) -> None:
    async with stored.database.transaction() as connection:
        await note(connection, Act(at, "applicant"), action, Subject(me, ("粤BA1234",)), **facts)


async def count(database: Database, at: Any) -> int:
    writer = RollupWriter(database)
    parts = await writer.parts(at)
    for part in parts:
        await writer.count(part, at)
    return len(parts)


async def points(database: Database, name: FigureName, by: Any = "day", **given: Any) -> list[tuple[str, str, int]]:
    first, last = (date(2026, 11, 1), date(2026, 12, 31)) if by == "day" else (AT - DAY, AT + 30 * DAY)
    found = await RollupReader(database).points(Wanted(name, by, first, last, **given))
    return [(point.key, point.at.isoformat(), point.value) for point in found]


async def test_each_act_is_counted_once_also_when_it_is_counted_again_or_late(own_database: Database) -> None:
    assert await count(own_database, AT) == 0, "nothing has happened yet"
    stored = await Stored.create(own_database)
    me, code = await stored.insert(), stored.office_code
    begins = AT.replace(minute=0)
    for at in (AT, AT + timedelta(minutes=20), AT + HOUR):
        await act(stored, me, "draw", at, draws_remaining=4)
    await act(stored, me, "confirm", AT + HOUR, stage="completed")
    for _ in range(2):
        assert await count(own_database, AT + 2 * HOUR) == 1
    hours = [(code, begins.isoformat(), 2), (code, (begins + HOUR).isoformat(), 1)]
    assert await points(own_database, "draws", "hour") == hours
    assert await points(own_database, "draws") == [(code, "2026-11-23", 3)]
    assert await points(own_database, "completions", office=code, prefix="粤B") == [(code, "2026-11-23", 1)]
    assert await points(own_database, "completions", prefix="粤C") == []
    # A missed deadline that was written a day after its instant is counted with the next day's first count.
    await act(stored, me, "settle", AT, stage="overdue")
    assert await count(own_database, AT + 3 * HOUR) == 1
    assert await points(own_database, "missed") == []
    assert await count(own_database, AT + DAY) == 5
    assert await points(own_database, "missed") == [(code, "2026-11-23", 1)]
    assert await RollupReader(own_database).counted_until() == AT + DAY


async def test_an_sms_is_counted_in_its_latest_state_alone(own_database: Database) -> None:
    stored = await Stored.create(own_database)
    me, deliveries = await stored.insert(), SmsDeliveries(own_database)
    for number in range(2):
        await deliveries.begin(Attempt(f"key {number}", me, "reserved", AT, AT + DAY, 1, AT))
    await count(own_database, AT + timedelta(minutes=1))
    assert await points(own_database, "sms") == [("open", "2026-11-23", 2)]
    for number in range(2):
        await deliveries.hand_over(f"key {number}", AT)
    await count(own_database, AT + timedelta(minutes=2))
    assert await points(own_database, "sms") == [("handed_over", "2026-11-23", 2)]


async def test_counts_of_decisions_and_sms_need_no_look_at_their_preselection(own_database: Database) -> None:
    stored = await Stored.create(own_database)
    me, code = await stored.insert(), stored.office_code
    await stored.decisions.commit(decision(me, facts={"draws_remaining": 4}))
    await SmsDeliveries(own_database).begin(Attempt("key", me, "reserved", AT, AT + DAY, 1, AT, code))
    # Acts and SMS of earlier releases have no office, and are counted too.
    await act(stored, me, "draw", AT, draws_remaining=3)
    await SmsDeliveries(own_database).begin(Attempt("older", me, "reserved", AT, AT + DAY, 1, AT))
    await count(own_database, AT + timedelta(minutes=1))
    assert await points(own_database, "draws") == [(code, "2026-11-23", 2)]
    assert await points(own_database, "sms") == [("open", "2026-11-23", 2)]
    # Only those that name their office are still found without the row.
    await own_database.rows(text("DELETE FROM preselection"))
    await own_database.rows(text("DELETE FROM figure_hour"))
    await count(own_database, AT + timedelta(minutes=2))
    assert await points(own_database, "draws", "hour") == [(code, AT.replace(minute=0).isoformat(), 1)]
    assert await points(own_database, "sms") == [("open", "2026-11-23", 1)]


async def test_free_numbers_are_kept_by_hour_and_the_days_latest_by_day(own_database: Database) -> None:
    writer = RollupWriter(own_database)
    for later, free in ((timedelta(0), 10), (HOUR, 7)):
        await writer.sample("440300", "粤B", {"DDDDD": free, "LDDDD": 1}, AT + later)
    assert await writer.list_sampled_prefixes(AT + HOUR) == {"粤B"}
    assert await writer.list_sampled_prefixes(AT + 2 * HOUR) == set()
    assert await points(own_database, "pool_free") == [("粤B", "2026-11-23", 8)]
    assert [value for _, _, value in await points(own_database, "pool_free", "hour")] == [11, 8]
    by_pattern = [("DDDDD", "2026-11-23", 7), ("LDDDD", "2026-11-23", 1)]
    assert await points(own_database, "pool_free", prefix="粤B") == by_pattern


@pytest.mark.slow
async def test_a_year_of_a_province_reads_the_rows_that_it_adds_up_and_no_act(own_database: Database) -> None:
    """The bar is 300 ms; a busy machine gets ten times as long, and the rows touched are exact."""
    last = shanghai_day(AT)
    many = text("""
        INSERT INTO figure_day (name, day, office_code, prefix, detail, value)
        SELECT name, CAST(:last AS date) - day, 'office ' || office, '粤' || chr(64 + prefix), '', day
        FROM unnest(ARRAY['draws', 'compositions', 'completions', 'bans']) AS name,
             generate_series(0, 729) AS day, generate_series(1, :offices) AS office,
             generate_series(1, :prefixes) AS prefix
    """)
    async with own_database.transaction(timeout_s=60) as connection:
        await connection.execute(many, {"last": last, "offices": OFFICES, "prefixes": PREFIXES})
    wanted = Wanted("draws", "day", last - timedelta(days=364), last)
    async with own_database.transaction(timeout_s=60) as connection:
        await connection.execute(text("ANALYZE figure_day"))
        query = statement_of(wanted).compile(connection.sync_engine, compile_kwargs={"literal_binds": True})
        explained = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        [plan] = explained.scalar_one()
    scans = scans_of(plan["Plan"])
    assert {scan["Relation Name"] for scan in scans} == {"figure_day"}
    assert (
        sum(scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) for scan in scans) == 365 * OFFICES * PREFIXES
    )
    begins = time.perf_counter()
    found = await RollupReader(own_database).points(wanted)
    assert time.perf_counter() - begins < 3
    assert len(found) == 365 * OFFICES


def scans_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes that read a table."""
    below = [scan for each in plan.get("Plans", []) for scan in scans_of(each)]
    return [plan, *below] if "Relation Name" in plan else below
