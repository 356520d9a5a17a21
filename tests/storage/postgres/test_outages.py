"""A database that is read-only or has changed is found again, and its defaults don't matter."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from domain.dependencies import DependencyUnavailable
from storage.postgres.database import Database
from tests.support.stored_preselections import Stored, decision

DECLARE = b"INSERT INTO calendar_year (year, official) VALUES (%(year)s, true) RETURNING year"
YEARS = b"SELECT year FROM calendar_year WHERE year > %(after)s ORDER BY year"
Administer = Callable[[str], Coroutine[None, None, None]]
WRITABLE = "-c default_transaction_read_only=off"
SOME_TIME = text("SELECT timestamptz '2026-11-12 10:00+08', interval '1 day 02:00'")


@pytest.fixture
async def own(fresh_database: str) -> AsyncIterator[Database]:
    database = Database(fresh_database, pool_size=5)
    yield database
    await database.close()


@pytest.fixture
def administer(fresh_database: str, as_owner: Callable[[str], str]) -> Administer:
    """Runs a statement as the owner; `{name}` is the name of the database."""
    address = as_owner(fresh_database).replace("+psycopg", "")

    async def run(statement: str) -> None:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True, options=WRITABLE) as connection:
            await connection.execute(statement.format(name=connection.info.dbname).encode())

    return run


async def declare(database: Database, year: int) -> None:
    await database.execute_raw(DECLARE, {"year": year})


async def declare_in_transaction(database: Database, year: int) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            text("INSERT INTO calendar_year (year, official) VALUES (:year, true)"), {"year": year}
        )


async def declare_with_driver(database: Database, year: int) -> None:
    async with database.raw_transaction() as connection:
        await (await connection.execute(DECLARE, {"year": year})).fetchall()


async def test_a_read_only_server_is_unavailable_and_its_successor_is_found_at_once(
    own: Database, administer: Administer
) -> None:
    """Sessions keep the default with which they began, as they keep a server that has become a replica."""
    await administer('ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    ways = (declare, declare_in_transaction, declare_with_driver)
    for year, way in enumerate(ways, 2030):
        await asyncio.gather(*(own.ping() for _ in range(8)))
        with pytest.raises(DependencyUnavailable):
            await way(own, year)
    await asyncio.gather(*(own.ping() for _ in range(8)))
    await administer('ALTER DATABASE "{name}" SET default_transaction_read_only = off')
    with pytest.raises(DependencyUnavailable):
        await declare(own, 2029)
    await asyncio.gather(*(declare(own, year) for year in range(2030, 2040)))
    assert len(await own.fetch_raw(YEARS, {"after": 2029})) == 10


async def test_a_column_whose_type_changes_under_load_costs_no_error_but_unavailable(
    own: Database, administer: Administer
) -> None:
    await declare(own, 2030)

    async def read() -> list[tuple[int]]:
        return await own.fetch_raw(YEARS, {"after": 2029})

    async def read_until(changed: asyncio.Task[None]) -> None:
        while not changed.done():
            assert await read() == [(2030,)]

    await asyncio.gather(*(read() for _ in range(20)))
    changed = asyncio.create_task(administer("ALTER TABLE calendar_year ALTER COLUMN year TYPE bigint"))
    await asyncio.gather(*(read_until(changed) for _ in range(8)))
    assert await asyncio.gather(*(read() for _ in range(20))) == [[(2030,)]] * 20
    await administer("ALTER TABLE calendar_year ALTER COLUMN year TYPE integer")
    with pytest.raises(DependencyUnavailable):
        await own.execute_raw(YEARS, {"after": 2029})
    assert await own.execute_raw(YEARS, {"after": 2029}) == [(2030,)]


@pytest.mark.parametrize("pooler", ["none", "transactions"])
async def test_the_forms_of_instants_are_ours_whatever_an_administrator_prefers(
    fresh_database: str, administer: Administer, pooler: str
) -> None:
    for setting in ("datestyle = 'SQL, DMY'", "timezone = 'Asia/Tokyo'", "bytea_output = 'escape'"):
        await administer('ALTER DATABASE "{name}" SET ' + setting)
    own = Database(fresh_database, pool_size=2, transaction_pooling=pooler == "transactions")
    try:
        [row] = await own.rows(SOME_TIME)
        assert tuple(row) == (datetime(2026, 11, 12, 2, tzinfo=UTC), timedelta(days=1, hours=2))
        assert row[0].utcoffset() == timedelta(0)
        stored = await Stored.create(own)
        me = await stored.insert()
        await stored.decisions.commit(decision(me))
        assert (await stored.row(me)).revision == 2
    finally:
        await own.close()
