"""Behind a pooler of transactions nothing depends on a session: neither its settings nor its prepared statements."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest

from embedded.folders import DataFolder
from embedded.postgres import Postgres
from storage.failures import ClaimLost
from storage.postgres.database import Database
from storage.postgres.kept_connections import KeptConnections
from storage.preselections.decisions import Claim
from tests.support.poolers import PGBOUNCER, running_pgbouncer
from tests.support.stored_preselections import SOON, Stored, decision, new_plates

CLAIMED = b"SELECT count(*) FROM claim WHERE plate = any(%(plates)s)"
# Where the machine has no PgBouncer, each call gets a session that knows nothing of the one before.
POOLERS = ["emptied sessions", *(["pgbouncer"] if PGBOUNCER else [])]


@pytest.fixture(params=POOLERS)
async def pooled(
    request: pytest.FixtureRequest,
    postgres: Postgres,
    fresh_database: str,
    data_folder: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        address = fresh_database
        if request.param == "pgbouncer":
            pooler = await stack.enter_async_context(running_pgbouncer(data_folder))
            address = pooler.url(urlsplit(fresh_database).path.lstrip("/"))
        else:
            take = KeptConnections.take

            async def take_emptied(kept: KeptConnections) -> Any:
                connection = await take(kept)
                await connection.exec_driver_sql("DISCARD ALL")
                return connection

            monkeypatch.setattr(KeptConnections, "take", take_emptied)
        database = Database(address, pool_size=8, transaction_pooling=True)
        stack.push_async_callback(database.close)
        yield database


async def test_decisions_transactions_and_reads_need_no_session(pooled: Database) -> None:
    stored = await Stored.create(pooled)
    mine, plates = [await stored.insert() for _ in range(6)], new_plates(60)
    batches = [plates[place * 10 : place * 10 + 10] for place in range(6)]

    async def decide(place: int) -> None:
        held = [Claim(plate, "offered", SOON) for plate in batches[place]]
        await stored.decisions.commit(decision(mine[place], hold=held))
        await stored.decisions.commit(decision(mine[place], expected_revision=2))

    await asyncio.gather(*(decide(place) for place in range(6)))
    assert [(await stored.row(me)).revision for me in mine] == [3] * 6
    other = await stored.insert()
    with pytest.raises(ClaimLost):
        await stored.decisions.commit(decision(other, hold=[Claim(plates[0], "offered", SOON)]))
    async with pooled.raw_transaction() as connection:
        found = await connection.execute(CLAIMED, {"plates": plates})
        assert await found.fetchall() == [(60,)]


async def test_no_session_has_a_prepared_statement(pooled: Database) -> None:
    for number in range(10):
        await pooled.fetch_raw(b"SELECT %(number)s::int", {"number": number})
    assert await pooled.fetch_raw(b"SELECT count(*) FROM pg_prepared_statements", {}) == [(0,)]
