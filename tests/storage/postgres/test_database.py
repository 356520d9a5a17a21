"""A database without a response in time is unavailable, and is used again at once when it returns (api.md)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.dependencies import DependencyUnavailable
from embedded.postgres import Postgres
from storage.failures import RequestIdTaken, StaleRevision
from storage.postgres.database import TIMEOUT, Database
from storage.preselections.decisions import Claim
from tests.support.stored_preselections import SOON, Stored, decision, new_plates

ONE = text("SELECT 1")
MARGIN = 1.0
_DECLARE = b"INSERT INTO calendar_year (year, official) VALUES (%(year)s, true) RETURNING year"


@pytest.fixture
async def own(fresh_database: str) -> AsyncIterator[Database]:
    database = Database(fresh_database, pool_size=5)
    yield database
    await database.close()


async def answers(database: Database) -> bool:
    try:
        await database.ping()
    except DependencyUnavailable:
        return False
    return True


async def test_an_address_at_which_nobody_listens_is_down() -> None:
    nobody = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DependencyUnavailable) as down:
        await nobody.ping()
    assert down.value.part == "database"
    await nobody.close()


@pytest.mark.slow
async def test_a_frozen_server_is_down_in_time_for_all_who_wait_and_back_when_it_goes_on(
    own: Database, postgres: Postgres
) -> None:
    await asyncio.gather(*(own.ping() for _ in range(5)))
    postgres.freeze()
    try:
        started = time.monotonic()
        assert await asyncio.gather(*(answers(own) for _ in range(12))) == [False] * 12
        # Calls with a connection wait for the response, the others for a connection, and none for long.
        assert time.monotonic() - started < TIMEOUT + MARGIN
        started = time.monotonic()
        assert not await answers(own)
        assert time.monotonic() - started < TIMEOUT + MARGIN
    finally:
        postgres.thaw()
    started = time.monotonic()
    assert await asyncio.gather(*(answers(own) for _ in range(12))) == [True] * 12
    assert time.monotonic() - started < MARGIN


@pytest.mark.slow
async def test_a_transaction_on_a_frozen_server_ends_in_time_and_leaves_nothing_behind(
    own: Database, postgres: Postgres
) -> None:
    async def write() -> None:
        async with own.transaction() as connection:
            await connection.execute(text("INSERT INTO calendar_year (year, official) VALUES (2026, true)"))
            postgres.freeze()
            await connection.execute(ONE)

    try:
        started = time.monotonic()
        with pytest.raises(DependencyUnavailable):
            await write()
        assert time.monotonic() - started < TIMEOUT + MARGIN
    finally:
        postgres.thaw()
    assert await own.rows(text("SELECT year FROM calendar_year")) == []


@pytest.mark.slow
async def test_a_transaction_on_the_driver_ends_in_time_too_and_leaves_nothing_behind(
    own: Database, postgres: Postgres
) -> None:
    async def write() -> None:
        async with own.raw_transaction() as connection:
            found = await connection.execute(_DECLARE, {"year": 2026})
            assert await found.fetchall() == [(2026,)]
            postgres.freeze()
            await connection.execute(_DECLARE, {"year": 2027})

    try:
        started = time.monotonic()
        with pytest.raises(DependencyUnavailable):
            await write()
        assert time.monotonic() - started < TIMEOUT + MARGIN
    finally:
        postgres.thaw()
    assert await own.rows(text("SELECT year FROM calendar_year")) == []


@pytest.mark.slow
async def test_a_decision_that_a_frozen_server_got_has_one_effect_however_often_it_is_repeated(
    own: Database, postgres: Postgres
) -> None:
    stored = await Stored.create(own)
    me, plates = await stored.insert(), new_plates(10)
    drawn = decision(me, hold=[Claim(plate, "offered", SOON) for plate in plates])
    postgres.freeze()
    try:
        with pytest.raises(DependencyUnavailable):
            await stored.decisions.commit(drawn)
    finally:
        postgres.thaw()
    # The server may still be executing the first call; both may overlap, and neither may be executed twice.
    outcomes = await asyncio.gather(*(stored.decisions.commit(drawn) for _ in range(3)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {type(None), RequestIdTaken, StaleRevision}
    assert (await stored.row(me)).revision == 2


async def test_a_caller_that_is_cancelled_leaves_no_busy_connection_to_the_next(fresh_database: str) -> None:
    own = Database(fresh_database, pool_size=1)
    try:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(own.rows(text("SELECT pg_sleep(1.5)")), 0.05)
            assert [tuple(row) for row in await own.rows(ONE)] == [(1,)]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(own.fetch_raw(b"SELECT pg_sleep(%(seconds)s)", {"seconds": 1.5}), 0.05)
            assert await own.fetch_raw(b"SELECT %(one)s::int", {"one": 1}) == [(1,)]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(sleep_in_transaction(own), 0.05)
            assert await own.fetch_raw(b"SELECT %(one)s::int", {"one": 1}) == [(1,)]
    finally:
        await own.close()


async def sleep_in_transaction(database: Database) -> None:
    async with database.raw_transaction() as connection:
        await (await connection.execute(b"SELECT pg_sleep(1.5)")).fetchall()


async def test_a_restarted_server_costs_readers_and_keyed_writers_no_error(own: Database, postgres: Postgres) -> None:
    stored = await Stored.create(own)
    me = await stored.insert()
    await asyncio.gather(*(own.ping() for _ in range(5)))
    await postgres.kill()
    assert not await answers(own)
    await postgres.bring_up()
    assert await answers(own)
    await stored.decisions.commit(decision(me))
    await postgres.stop()
    await postgres.bring_up()
    await stored.decisions.commit(decision(me, expected_revision=2))
    assert (await stored.row(me)).revision == 3


async def test_a_restarted_server_costs_nobody_an_error_however_many_connections_have_died(
    own: Database, postgres: Postgres
) -> None:
    many, one = range(8), {"one": 1}
    await asyncio.gather(*(own.fetch_raw(b"SELECT pg_sleep(0.1), %(one)s", one) for _ in many))
    await asyncio.gather(*(own.ping() for _ in many))
    await postgres.stop()
    await postgres.bring_up()
    assert await own.execute_raw(b"SELECT %(one)s", one) == [(1,)]
    assert await asyncio.gather(*(own.fetch_raw(b"SELECT %(one)s", one) for _ in many)) == [[(1,)] for _ in many]
    assert await answers(own)


@pytest.mark.parametrize("way", [Database.transaction, Database.raw_transaction])
async def test_a_restarted_server_costs_no_transaction_an_error(
    own: Database, postgres: Postgres, way: Callable[[Database], AbstractAsyncContextManager[Any]]
) -> None:
    async def one() -> int:
        async with way(own) as connection:
            if isinstance(connection, AsyncConnection):
                return int((await connection.execute(ONE)).scalar_one())
            [found] = await (await connection.execute(b"SELECT 1")).fetchone()
            return int(found)

    assert await asyncio.gather(*(one() for _ in range(5))) == [1] * 5
    await postgres.stop()
    await postgres.bring_up()
    assert await one() == 1
    assert await asyncio.gather(*(one() for _ in range(5))) == [1] * 5


@pytest.mark.slow
async def test_a_slow_statement_is_ended_by_the_server(own: Database) -> None:
    started = time.monotonic()
    with pytest.raises(DependencyUnavailable):
        await own.rows(text("SELECT pg_sleep(10)"))
    assert time.monotonic() - started < TIMEOUT
    assert await answers(own)


async def test_work_in_the_background_may_have_a_longer_timeout(own: Database) -> None:
    limit = text("SHOW statement_timeout")
    async with own.transaction(timeout_s=10) as connection:
        assert (await connection.execute(limit)).scalar_one() == "10s"
    async with own.transaction() as connection:
        assert (await connection.execute(limit)).scalar_one() == "2s"


async def test_a_transaction_that_raises_is_rolled_back(own: Database) -> None:
    async def fail() -> None:
        async with own.transaction() as connection:
            await connection.execute(text("INSERT INTO calendar_year (year, official) VALUES (2026, true)"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await own.rows(text("SELECT year FROM calendar_year")) == []


async def test_a_transaction_on_the_driver_commits_as_a_whole_or_not_at_all(own: Database) -> None:
    async def declare(*years: int, then: type[Exception] | None = None) -> None:
        async with own.raw_transaction() as connection:
            for year in years:
                await connection.execute(_DECLARE, {"year": year})
            if then:
                raise then

    with pytest.raises(LookupError):
        await declare(2026, then=LookupError)
    with pytest.raises(psycopg.IntegrityError):
        await declare(2026, 2027, 2027)
    assert await own.rows(text("SELECT year FROM calendar_year")) == []
    await declare(2026, 2027)
    assert len(await own.rows(text("SELECT year FROM calendar_year"))) == 2


async def test_an_error_carries_no_parameter(own: Database) -> None:
    statement = text("INSERT INTO calendar_year (year, official) VALUES (:year, CAST(:secret AS text) IS NULL)")
    await own.rows(statement, {"year": 2026, "secret": "13800138000"})
    with pytest.raises(IntegrityError) as violated:
        await own.rows(statement, {"year": 2026, "secret": "13800138000"})
    assert "13800138000" not in str(violated.value)


async def test_more_callers_than_connections_wait_their_turn(own: Database) -> None:
    sleeps = (own.rows(text("SELECT pg_sleep(0.05)")) for _ in range(50))
    assert len(await asyncio.gather(*sleeps)) == 50
