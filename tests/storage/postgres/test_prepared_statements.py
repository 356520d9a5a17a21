"""Statements below the driver's cursors: the same rows and errors, whatever became of the session."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from domain.dependencies import DependencyBusy
from storage.postgres.database import Database
from storage.postgres.prepared_statements import with_numbers

TYPES = b"""
    SELECT %(id)s::uuid, %(text)s::text, %(at)s::timestamptz, %(hash)s::bytea, %(number)s::bigint, %(none)s::date,
           %(yes)s::boolean, '{"a": [1]}'::jsonb, 100 %% 7, %(text)s::text
"""
VALUES = {
    "id": uuid4(), "text": "沪 A'\"12345", "at": datetime(2026, 11, 29, 8, 30, tzinfo=UTC), "hash": b"\0\xff",
    "number": 7, "none": None, "yes": True,
}  # fmt: skip
YEAR = b"INSERT INTO calendar_year (year, official) VALUES (%(year)s, true)"
PREPARED = b"SELECT count(*) FROM pg_prepared_statements WHERE name LIKE %(name)s"


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    database = Database(fresh_database, pool_size=2)
    yield database
    await database.close()


async def count_ours(database: Database) -> int:
    """The session's statements that no cursor has prepared."""
    [[count]] = await database.fetch_raw(PREPARED, {"name": "ours%"})
    return int(count)


def test_a_placeholder_that_occurs_twice_is_one_parameter() -> None:
    assert with_numbers(b"SELECT %(b)s, %(a)s, %(b)s, 3 %% 2") == (b"SELECT $1, $2, $1, 3 % 2", ("b", "a"))


async def test_rows_are_those_of_a_cursor(database: Database) -> None:
    async with database.raw_transaction() as driver:
        expected = await (await driver.execute(TYPES, VALUES)).fetchall()
    for _ in range(3):
        assert await database.fetch_raw(TYPES, VALUES) == expected
    assert expected[0][:7] == tuple(VALUES[name] for name in ("id", "text", "at", "hash", "number", "none", "yes"))


async def test_only_what_is_repeated_is_prepared_once_for_each_type(database: Database) -> None:
    before = await count_ours(database)
    for number in (1, 2, 3, 2**40, 2**41, 2**42):
        assert await database.fetch_raw(b"SELECT %(n)s::bigint + 1", {"n": number}) == [(number + 1,)]
    await database.fetch_raw(b"SELECT 5", {})
    # The question about the statements has itself been repeated.
    assert await count_ours(database) == before + 3


async def test_a_statement_without_rows_gives_none(database: Database) -> None:
    for year in (2030, 2031, 2032):
        assert await database.execute_raw(YEAR, {"year": year}) == []
    assert await database.fetch_raw(b"SELECT count(*) FROM calendar_year WHERE year > 2029", {}) == [(3,)]


async def test_a_rollback_costs_the_next_statement_no_error(database: Database) -> None:
    for number in range(3):
        await database.fetch_raw(TYPES, VALUES | {"number": number})
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with database.raw_transaction() as driver:
            await (await driver.execute(b"SELECT 1 / 0")).fetchall()
    for number in range(3):
        [row] = await database.execute_raw(TYPES, VALUES | {"number": number})
        assert row[4] == number


async def test_a_session_that_forgot_everything_is_used_further(database: Database) -> None:
    for number in range(4):
        [row] = await database.execute_raw(TYPES, VALUES | {"number": number})
        assert row[4] == number
        await database.execute_raw(b"DEALLOCATE ALL", {})


async def test_errors_are_the_drivers(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(psycopg.errors.DivisionByZero):
            await database.fetch_raw(b"SELECT 1 / %(n)s::int", {"n": 0})
        await database.execute_raw(b"DELETE FROM calendar_year WHERE year = %(year)s", {"year": 2030})
        await database.execute_raw(YEAR, {"year": 2030})
        with pytest.raises(psycopg.errors.UniqueViolation) as found:
            await database.execute_raw(YEAR, {"year": 2030})
        assert found.value.diag.constraint_name == "pk_calendar_year"


async def test_a_slow_statement_ends_and_a_cancelled_one_leaves_no_session_at_work(database: Database) -> None:
    sleep = b"SELECT pg_sleep(%(s)s)"
    for _ in range(2):
        await database.fetch_raw(sleep, {"s": 0.001})
    with pytest.raises(DependencyBusy):
        await database.execute_raw(sleep, {"s": 60.0})
    for _ in range(4):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await database.execute_raw(sleep, {"s": 1.5})
    assert await database.fetch_raw(b"SELECT %(n)s::int", {"n": 1}) == [(1,)]
    assert database.at_work == 0
