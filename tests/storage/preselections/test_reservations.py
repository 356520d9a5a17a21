"""Searches of the desk and of operators: order and speed."""

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from storage.postgres.database import Database
from storage.preselections.decisions import Claim
from storage.preselections.reservations import DeskFilter, Reservations
from tests.support.stored_preselections import AT, KEYS, LATER, SOON, Stored, decision, new_plates

THURSDAY, FRIDAY, MONDAY = date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 30)
MANY = 50_000


async def insert_reservation(
    stored: Stored, stage: str = "completed", *, visit_by: date = THURSDAY, **given: Any
) -> UUID:
    """A preselection whose plate is reserved, or was."""
    me, [plate] = await stored.insert(**given), new_plates()
    await stored.decisions.commit(
        decision(me, stage="completed", plate=plate, visit_by=visit_by, deadline=LATER, hold=[Claim(plate, "reserved")])
    )
    if stage != "completed":
        later = decision(me, expected_revision=2, stage=stage, plate=plate, visit_by=visit_by, deadline=LATER)
        await stored.decisions.commit(later)
    return me


@pytest.fixture
def reservations(stored_rows: Stored) -> Reservations:
    return Reservations(stored_rows.database, KEYS)


async def test_the_desk_sees_its_own_offices_reservations_newest_first(
    stored_rows: Stored, reservations: Reservations
) -> None:
    first = await insert_reservation(stored_rows, at=AT)
    second = await insert_reservation(stored_rows, "registered", at=SOON)
    await stored_rows.insert(at=LATER)
    other = await Stored.create(stored_rows.database)
    await insert_reservation(other)
    assert [row.id for row in (await reservations.of_office(stored_rows.office_code)).rows] == [second, first]


async def test_the_desk_finds_a_plate_and_a_stage(stored_rows: Stored, reservations: Reservations) -> None:
    waiting, done = await insert_reservation(stored_rows), await insert_reservation(stored_rows, "registered")
    plate = (await stored_rows.row(waiting)).plate or ""

    async def find(wanted: DeskFilter, code: str = stored_rows.office_code) -> list[UUID]:
        return [row.id for row in (await reservations.of_office(code, wanted)).rows]

    assert await find(DeskFilter([plate])) == [waiting]
    assert await find(DeskFilter(stage="registered")) == [done]
    assert await find(DeskFilter([plate], "registered")) == []
    assert await find(DeskFilter([plate]), "another") == []
    assert (await reservations.of_office(stored_rows.office_code, DeskFilter([plate]))).rows[0].party_name == "张三"


async def test_the_end_of_a_vin_is_found_page_by_page_also_beyond_what_one_page_decrypts(
    stored_rows: Stored, reservations: Reservations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page ends after so many decrypted rows, and the next one goes on from there: nothing is left out."""
    monkeypatch.setattr("storage.preselections.reservations.MOST", 2)
    monkeypatch.setattr("storage.preselections.reservations.MOST_DECRYPTED", 4)
    oldest = await insert_reservation(stored_rows, at=AT, vin="LFV2A21K82047371X")
    for number in range(5):
        await insert_reservation(stored_rows, at=AT + timedelta(seconds=1 + number))
    newest = await insert_reservation(stored_rows, at=LATER, vin="LGXCE6CB52047371X")
    seen, before, pages = list[UUID](), None, 0
    while pages == 0 or before:
        wanted = DeskFilter(vin_tail="2047371X")
        page = await reservations.of_office(stored_rows.office_code, wanted, before=before)
        seen += [row.id for row in page.rows]
        before, pages = page.next, pages + 1
    assert (seen, pages) == ([newest, oldest], 2)


async def test_pages_follow_each_other_without_gap_or_repeat_even_at_one_instant(
    stored_rows: Stored, reservations: Reservations
) -> None:
    made = {await insert_reservation(stored_rows, at=AT + timedelta(seconds=number // 3)) for number in range(8)}
    seen: list[UUID] = []
    before = None
    while page := (await reservations.of_office(stored_rows.office_code, limit=3, before=before)).rows:
        assert len(page) <= 3
        seen += [row.id for row in page]
        before = (page[-1].created_at, page[-1].id)
    assert len(seen) == 8
    assert set(seen) == made


async def test_a_plate_that_was_had_before_brings_all_who_had_it(
    stored_rows: Stored, reservations: Reservations
) -> None:
    [plate] = new_plates()
    made = []
    for instant in (AT, SOON):
        me = await stored_rows.insert(at=instant)
        await stored_rows.decisions.commit(decision(me, stage="overdue", plate=plate))
        made.append(me)
    assert [row.id for row in await reservations.of_plate(plate)] == made[::-1]
    assert await reservations.of_plate("粤B00000") == []


async def test_a_vehicle_is_found_by_its_vin_in_any_case(stored_rows: Stored, reservations: Reservations) -> None:
    vin = f"lsv{uuid4().hex}"
    me = await stored_rows.insert(vin=vin.upper())
    assert [row.id for row in await reservations.of_vehicle(vin)] == [me]
    assert await reservations.of_vehicle("LSVAA49J132047371") == []


async def test_what_was_only_submitted_is_found_by_nobody(stored_rows: Stored, reservations: Reservations) -> None:
    row = await stored_rows.insert_submission(vin="LSVAA49J132047371X")
    assert row.id not in [found.id for found in await reservations.of_vehicle("LSVAA49J132047371X")]


async def test_whoever_holds_a_number_now_is_found_by_it(stored_rows: Stored, reservations: Reservations) -> None:
    me, [plate] = await stored_rows.insert(), new_plates()
    await stored_rows.decisions.commit(decision(me, hold=[Claim(plate, "offered", SOON)]))
    assert await reservations.holder_of(plate, AT) == me
    assert await reservations.holder_of(plate, SOON) is None


async def test_live_reservations_that_end_on_given_days_are_listed(
    stored_rows: Stored, reservations: Reservations
) -> None:
    due = {await insert_reservation(stored_rows, visit_by=day) for day in (THURSDAY, FRIDAY)}
    await insert_reservation(stored_rows, visit_by=MONDAY)
    await insert_reservation(stored_rows, "registered", visit_by=THURSDAY)
    other = await Stored.create(stored_rows.database)
    elsewhere = await insert_reservation(other, visit_by=THURSDAY)
    office = stored_rows.office_code
    found = await reservations.of_last_days([THURSDAY, FRIDAY], office_code=office)
    assert {each.id for each in found} == due
    assert [each.id for each in found] == sorted(due)
    assert {each.deadline for each in found} == {LATER}
    rest = await reservations.of_last_days([THURSDAY, FRIDAY], office_code=office, after=found[0].id)
    assert [each.id for each in rest] == [found[1].id]
    everywhere = await reservations.of_last_days([THURSDAY])
    assert elsewhere in {each.id for each in everywhere}
    assert await reservations.of_last_days([], office_code=office) == []


@pytest.fixture
async def crowd(fresh_database: str, as_owner: Callable[[str], str]) -> AsyncIterator[Stored]:
    """An office with many rows, as after a year; one in ten has a plate."""
    owner = Database(as_owner(fresh_database))
    stored = await Stored.create(owner)
    me = await insert_reservation(stored)
    columns = ", ".join(
        name for name in (await stored.row(me)).__dataclass_fields__ if name not in ("id", "sealed", "vault")
    )
    values = columns.replace("plate,", "CASE n % 10 WHEN 0 THEN '粤C' || n END,")
    values = values.replace("created_at,", "created_at - n * interval '1 second',")
    values = values.replace("stage,", "CASE n % 1000 WHEN 0 THEN 'completed' ELSE 'registered' END,")
    values = values.replace("vehicle_hash,", "sha256(n::text::bytea),")
    sealed = "seller_hash, party_name, party_id, phone, vin, certificate_number"
    many = f"""
        INSERT INTO preselection (id, {columns}, {sealed})
        SELECT gen_random_uuid(), {values}, {sealed} FROM preselection, generate_series(1, {MANY}) AS n
    """  # noqa: S608 -- constants of the test
    async with owner.transaction(timeout_s=60) as connection:
        await connection.execute(text(many))
        await connection.execute(text("ANALYZE preselection"))
    yield stored
    await owner.close()


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [DeskFilter(), DeskFilter(stage="completed"), DeskFilter(("粤C100",))], ids=str)
async def test_the_desks_list_reads_no_more_rows_than_it_shows(
    crowd: Stored, fresh_database: str, wanted: DeskFilter
) -> None:
    one_session = Database(fresh_database, pool_size=1)
    reservations = Reservations(one_session, KEYS)
    for before in (None, (AT - timedelta(seconds=MANY // 2), UUID(int=0))):
        scans, read = await read_statistics(one_session)
        # Often enough for the generic plan.
        for _ in range(8):
            found = (await reservations.of_office(crowd.office_code, wanted, limit=20, before=before)).rows
        assert len(found) == (20 if wanted.plates is None else before is None)
        scans_then, read_then = await read_statistics(one_session)
        assert scans_then == scans
        assert read_then - read <= 8 * 25
    await one_session.close()


@pytest.mark.slow
async def test_finding_what_ends_on_a_day_reads_no_other_rows(crowd: Stored, fresh_database: str) -> None:
    one_session = Database(fresh_database, pool_size=1)
    scans, read = await read_statistics(one_session)
    found = await Reservations(one_session, KEYS).of_last_days([FRIDAY, MONDAY], office_code=crowd.office_code)
    assert found == []
    scans_then, read_then = await read_statistics(one_session)
    assert (scans_then, read_then) == (scans, read)
    await one_session.close()


async def read_statistics(database: Database) -> tuple[int, int]:
    """The number of sequential scans of the table, and of rows read with an index, until now."""
    await database.rows(text("SELECT pg_stat_force_next_flush()"))
    row = await database.row(
        text("SELECT seq_scan, idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'preselection'")
    )
    assert row is not None
    return row[0], row[1]
