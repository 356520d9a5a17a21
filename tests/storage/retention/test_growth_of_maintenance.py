"""What maintenance reads is what is due, and not what exists: counted in buffers of tables and indexes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from storage.appeals.repository import AppealRepository
from storage.fairness.archive import LogArchive
from storage.fairness.days import FairnessDays
from storage.postgres.database import Database
from storage.preselections.orphans import ExpectedWorkflows
from storage.retention.expired_rows import ExpiredRows
from storage.retention.purge import Retention
from storage.rollups.writer import RollupWriter
from tests.support.stored_preselections import KEYS, Stored

AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEW, MANY = 100, 20_000
# A tree over more rows has another level, and each statement walks some trees.
A_LEVEL_OF_EACH_TREE = 12
A_RANGE_OF_PAGES = 128
"""What a BRIN index of the audit, or of draws, reads for one row."""

# Nothing of it is over, except what stays for good and was dealt with long ago.
FILL = """
    INSERT INTO claim (plate, kind, until, changed_at) SELECT '新' || chr(65 + n %% 20) || lpad(n::text, 5, '0'),
        (ARRAY['issued', 'reserved', 'withheld', 'cooling', 'issued'])[1 + n %% 5],
        CASE WHEN n %% 5 IN (1, 3) THEN %(at)s::timestamptz + interval '9 days' ELSE '9999-12-31+00' END, %(at)s
    FROM generate_series(1, %(many)s) AS n;
    INSERT INTO idempotency (caller_hash, path, key, body_digest, operation_id, created_at, lease_until, kept_until)
    SELECT 'a', '/', gen_random_uuid(), 'b', gen_random_uuid(), %(at)s, %(at)s, %(at)s
    FROM generate_series(1, %(many)s);
    INSERT INTO code (id, purpose, phone_hash, subject_hash, code_hash, created_at, expires_at, while_holding)
    SELECT gen_random_uuid(), 'verify', 'a', 'b', 'c', %(at)s, %(at)s, false FROM generate_series(1, %(many)s);
    INSERT INTO failed_check (id, applicant_hash, at)
    SELECT gen_random_uuid(), 'a', %(at)s FROM generate_series(1, %(many)s);
    INSERT INTO text_message (id, idempotency_key, phone_hash, phone, purpose, text, sent_at)
    SELECT gen_random_uuid(), n::text, 'a', 'b', 'c', 'd', %(at)s FROM generate_series(1, %(many)s) AS n;
    INSERT INTO text_delivery (key, preselection_id, purpose, ordered_at, give_up_at, attempts, tried_at, handed_at)
    SELECT n::text, gen_random_uuid(), 'c', %(at)s::timestamptz - interval '20 days', %(at)s, 1, %(at)s, %(at)s
    FROM generate_series(1, %(many)s) AS n;
    INSERT INTO decision (request_id, preselection_id, action, at, answer, claimed, wanted, saved)
    SELECT gen_random_uuid(), gen_random_uuid(), 'draw', %(at)s::timestamptz - n * interval '1 minute', '{}', 1, 1, 1
    FROM generate_series(1, %(many)s) AS n;
    INSERT INTO desk_reason (request_id, preselection_id, clerk, reason, at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'a', 'b', %(at)s FROM generate_series(1, %(many)s);
    INSERT INTO preselection_agent SELECT gen_random_uuid(), 'a' FROM generate_series(1, %(many)s);
    INSERT INTO blacklist (id, party_hash, holder, since, until, preselection_id, released_at, purged_at)
    SELECT gen_random_uuid(), 'a', 'b', %(long_ago)s, %(long_ago)s, gen_random_uuid(), %(long_ago)s, %(long_ago)s
    FROM generate_series(1, %(many)s);
    INSERT INTO appeal (id, ban_id, preselection_id, state, filed_at, decide_by, reason, confirmed_at, purged_at)
    SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'refused', %(long_ago)s, %(long_ago)s, 'a',
        %(long_ago)s, %(long_ago)s
    FROM generate_series(1, %(many)s);
    INSERT INTO fairness_day (day, begins, ends, commitment, committed_at, revealed_at)
    SELECT 'day ' || n, %(at)s::timestamptz - n * interval '1 hour', %(at)s, 'a', %(at)s, %(at)s
    FROM generate_series(1, %(many)s) AS n;
    INSERT INTO figure_hour (name, begins, office_code, prefix, detail, value)
    SELECT 'pool_free', %(at)s::timestamptz - n * interval '1 minute', 'a', '粤B', '', 1
    FROM generate_series(1, %(many)s) AS n;
    INSERT INTO claim_mark (id, changed_from) VALUES (1, %(at)s) ON CONFLICT DO NOTHING;
    INSERT INTO draw_record (
        draw_id, preselection_id, draws_left, day, at, nonce, nonce_by, without_four, numbers, rounds, skipped
    )
    SELECT n::text, gen_random_uuid(), 5, 'long ago', %(long_ago)s, 'a', 'client', false, '{}', '[]', '{}'
    FROM generate_series(1, %(many)s) AS n;
    INSERT INTO audit (at, actor_kind, action, plates, facts)
    SELECT %(at)s::timestamptz - interval '40 days', 'timer', 'draw', '{}', '{}' FROM generate_series(1, %(many)s);
    INSERT INTO preselection SELECT (jsonb_populate_record(first, jsonb_build_object(
        'id', gen_random_uuid(), 'vehicle_hash', sha256(int8send(n)),
        'created_at', %(at)s::timestamptz - interval '9 days',
        'changed_at', %(at)s, 'visit_by', %(at)s::timestamptz + interval '9 days',
        'stage', (ARRAY['plate_selection', 'completed'])[1 + n %% 2], 'plate', '粤B12345'
    ))).* FROM preselection AS first, generate_series(1, %(many)s) AS n WHERE first.plate IS NULL
"""
CLEAR = [
    "DELETE FROM claim",
    "DELETE FROM text_message",
    "DELETE FROM text_delivery",
    "DELETE FROM fairness_day",
    "DELETE FROM draw_record",
    "DELETE FROM figure_hour",
    "DELETE FROM preselection WHERE plate IS NOT NULL",
]
QUIET = """
    DO $$ DECLARE each regclass; BEGIN
        FOR each IN SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'audit_month'::regnamespace)
        LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', each); END LOOP;
    END $$
"""
TOUCHED = """
    SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0))::int
    FROM pg_statio_user_tables
"""
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def remove(database: Database) -> None:
    await ExpiredRows(database).remove(AT)


async def purge(database: Database) -> None:
    await Retention(database, KEYS).purge(AT - 1_000 * DAY, AT)


async def find_days(database: Database) -> None:
    days = FairnessDays(database, KEYS)
    await days.list_unpublished(AT)
    day = await days.get("day 1")
    assert day
    await days.is_held(day, AT)
    await days.latest_report()


async def remove_log(database: Database) -> None:
    await LogArchive(database).remove_published(AT)


async def find_orphans(database: Database) -> None:
    rows = ExpectedWorkflows(database)
    await rows.past_deadline(AT - HOUR)
    await rows.ended_bans(AT)
    await rows.changed_vehicles(AT + HOUR, AT + 2 * HOUR)
    await AppealRepository(database, KEYS).list_unanswered(AT - HOUR)


async def count_figures(database: Database) -> None:
    await RollupWriter(database).count((AT - AT.minute * timedelta(minutes=1), AT + HOUR), AT)


@pytest.fixture
def owner_address(fresh_database: str, as_owner: Callable[[str], str]) -> str:
    return as_owner(fresh_database).replace("+psycopg", "", 1)


@pytest.fixture
async def owner(owner_address: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(owner_address, autocommit=True) as connection:
        yield connection


async def fill(owner_address: str, many: int) -> None:
    """A separate connection reports what it touched when it ends, and not with what is measured.

    A client gives no values to several statements at once.
    """
    async with await psycopg.AsyncConnection.connect(owner_address, autocommit=True) as connection:
        for statement in [*CLEAR, *FILL.split(";")]:
            await connection.execute(statement.encode(), {"at": AT, "long_ago": AT - 2_000 * DAY, "many": many})
        await connection.execute("VACUUM ANALYZE")


async def touched(owner: psycopg.AsyncConnection, address: str, work: Callable[[Database], Awaitable[None]]) -> int:
    """The buffers of tables and indexes that the work touches; backends report them when they end."""
    counts = list[int]()
    for _ in range(2):
        database = Database(address)
        if counts:
            await work(database)
        await database.close()
        while (await (await owner.execute(BUSY)).fetchall())[0][0]:  # noqa: ASYNC110 -- other processes end.
            await asyncio.sleep(0.05)
        counts.append((await (await owner.execute(TOUCHED)).fetchall())[0][0])
    return int(counts[1] - counts[0])


@pytest.mark.slow
async def test_what_maintenance_reads_does_not_grow_with_what_exists(
    own_database: Database, fresh_database: str, owner: psycopg.AsyncConnection, owner_address: str
) -> None:
    await (await Stored.create(own_database)).insert(at=AT - 9 * DAY)
    await own_database.close()
    await owner.execute(QUIET)
    works = (remove, purge, find_days, remove_log, find_orphans, count_figures)
    await fill(owner_address, FEW)
    few = [await touched(owner, fresh_database, work) for work in works]
    await fill(owner_address, MANY)
    for work, before in zip(works, few, strict=True):
        after = await touched(owner, fresh_database, work)
        known = A_RANGE_OF_PAGES if work in (count_figures, remove, find_days) else 0
        assert after <= 1.1 * before + A_LEVEL_OF_EACH_TREE + known, work.__name__
