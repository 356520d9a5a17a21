"""Behind a pooler of transactions nothing depends on a session: neither its settings nor its prepared statements."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from embedded.folders import DataFolder
from storage.failures import ClaimLost
from storage.postgres.database import Database
from storage.preselections.decisions import Claim
from tests.support.poolers import POOLERS, pooled_address
from tests.support.stored_preselections import SOON, Stored, decision, new_plates

CLAIMED = b"SELECT count(*) FROM claim WHERE plate = any(%(plates)s)"


@pytest.fixture(params=POOLERS)
async def pooled(
    request: pytest.FixtureRequest, fresh_database: str, data_folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    async with pooled_address(request.param, data_folder, fresh_database, monkeypatch) as address:
        database = Database(address, pool_size=8, transaction_pooling=True)
        yield database
        await database.close()


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
