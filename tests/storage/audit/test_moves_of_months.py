"""Many rows of the audit without a month move in short statements, and are readable and sealed all the while."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from domain.dependencies import DependencyBusy
from storage.audit import months as months_module
from storage.audit.months import AuditMonths
from storage.audit.seals import AuditSeals
from storage.audit.trail import Act, note
from storage.audit.verification import verify_audit
from storage.postgres import engine
from storage.postgres.database import Database

JANUARY = datetime(2027, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
MANY = 20_000
TIMEOUT_MS, TOO_SHORT_MS = "150", "20"
"""A small batch moves within the first, and no machine moves all rows within the second."""

REST = "audit_rest"
# Half of them are of January, a quarter each of February and of March.
FILL = b"""
    INSERT INTO audit (at, actor_kind, action, plates, facts)
    SELECT '2027-01-10+00'::timestamptz + (ARRAY[0, 1, 31, 60])[1 + n %% 4] * interval '1 day', 'applicant', 'draw',
        ARRAY['\xe7\xb2\xa4B12345'], '{}'
    FROM generate_series(1, %(many)s) AS n
"""
MOVE = b"SELECT move_audit_rest(%(most)s)"
DIGEST = text("SELECT count(*), md5(string_agg(CAST(audit AS text), '' ORDER BY xact, id)) FROM audit")
READ = text("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'audit_rest'")
TABLES = text("SELECT CAST(CAST(tableoid AS regclass) AS text), count(*) FROM audit GROUP BY 1")


@pytest.fixture
async def hurry(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[str], Database]]:
    """Clients of the test's database whose statements end after so many milliseconds."""
    async with AsyncExitStack() as opened:

        def client(timeout_ms: str) -> Database:
            monkeypatch.setitem(engine._SERVER_SETTINGS, "statement_timeout", timeout_ms)
            database = Database(fresh_database)
            opened.push_async_callback(database.close)
            return database

        yield client


@pytest.fixture
async def owner(fresh_database: str, as_owner: Callable[[str], str]) -> AsyncIterator[psycopg.AsyncConnection]:
    address = as_owner(fresh_database).replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        yield connection


async def rows_by_table(database: Database) -> Mapping[str, int]:
    found = await database.rows(TABLES)
    return Counter({row[0].rpartition(".")[2]: row[1] for row in found})


async def test_more_rows_than_a_statement_can_move_in_its_time_all_move(
    own_database: Database,
    hurry: Callable[[str], Database],
    owner: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(3):
        await owner.execute(FILL, {"many": MANY})
    before = await own_database.row(DIGEST)
    with pytest.raises(DependencyBusy):
        await hurry(TOO_SHORT_MS).execute_raw(MOVE, {"most": 3 * MANY})
    monkeypatch.setattr(months_module, "_AT_ONCE", 500)
    months, moved = AuditMonths(hurry(TIMEOUT_MS)), 0
    while (await rows_by_table(own_database))[REST]:
        # On a busy machine even a small batch may take too long, and the next call goes on after the one before it.
        try:
            moved += await months.move()
        except DependencyBusy:
            continue
    assert moved <= 3 * MANY
    assert await rows_by_table(own_database) == {
        "audit_2027_01": 3 * MANY // 2, "audit_2027_02": 3 * MANY // 4, "audit_2027_03": 3 * MANY // 4,
    }  # fmt: skip
    assert await own_database.row(DIGEST) == before
    assert await months.make(JANUARY) == 0


async def test_a_batch_of_many_rows_of_one_transaction_reads_no_others(
    own_database: Database, owner: psycopg.AsyncConnection
) -> None:
    await owner.execute(FILL, {"many": MANY})
    await owner.execute("ANALYZE audit")
    async with own_database.transaction() as connection:
        await connection.execute(text("SELECT move_audit_rest(100)"))
        [[read]] = await connection.execute(READ)
    assert read == 0


async def test_rows_are_readable_once_while_they_move_and_an_interrupted_move_goes_on(
    own_database: Database, owner: psycopg.AsyncConnection
) -> None:
    await owner.execute(FILL, {"many": 1_000})
    await AuditSeals(own_database).seal(JANUARY)
    for _ in range(3):
        assert await own_database.fetch_raw(MOVE, {"most": 100}) == [(100,)]
    assert await rows_by_table(own_database) == {REST: 1_000}
    async with own_database.transaction() as connection:
        await note(connection, Act(JANUARY + 60 * DAY, "system"), "release_segment")
    # The table of January is not part of the audit yet.
    assert await AuditMonths(own_database).make(JANUARY) == 0
    assert await AuditMonths(own_database).move() == 701
    assert await rows_by_table(own_database) == {"audit_2027_01": 500, "audit_2027_02": 250, "audit_2027_03": 251}
    await AuditSeals(own_database).seal(JANUARY)
    report = await verify_audit(own_database)
    assert (report.rows, report.unsealed, report.faults) == (1_001, 0, ())
    assert await AuditMonths(own_database).make(JANUARY + 90 * DAY) == 2


async def test_rows_of_a_transaction_that_goes_on_are_not_lost(
    own_database: Database, owner: psycopg.AsyncConnection
) -> None:
    await owner.execute(FILL, {"many": 8})
    async with own_database.transaction() as slow:
        await note(slow, Act(JANUARY, "system"), "release_segment")
        await owner.execute(FILL, {"many": 8})
        # The later rows wait for the earlier transaction.
        assert await own_database.fetch_raw(MOVE, {"most": 100}) == [(8,)]
        assert await own_database.fetch_raw(MOVE, {"most": 7}) == [(0,)]
        # Its own table is in use, so it can't be replaced yet.
        assert await own_database.fetch_raw(MOVE, {"most": 100}) == [(0,)]
        assert (await rows_by_table(own_database))[REST] == 16
    assert await AuditMonths(own_database).move() == 9
    assert sum((await rows_by_table(own_database)).values()) == 17
    assert (await rows_by_table(own_database))[REST] == 0


async def test_the_audit_is_written_and_read_as_before_afterwards(
    own_database: Database, owner: psycopg.AsyncConnection
) -> None:
    await owner.execute(FILL, {"many": 8})
    await AuditMonths(own_database).move()
    async with own_database.transaction() as connection:
        for at in (JANUARY, JANUARY + 300 * DAY):
            await note(connection, Act(at, "system"), "release_segment")
    assert await rows_by_table(own_database) == {
        "audit_2027_01": 5, "audit_2027_02": 2, "audit_2027_03": 2, REST: 1,
    }  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await own_database.execute_raw(b"SELECT FROM audit_month.audit_rest", {})
