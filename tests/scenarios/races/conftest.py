import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from storage.postgres.database import Database
from storage.redis.client import make_redis
from tests.support.pool import Pool
from tests.support.stored_preselections import Stored
from tests.support.valkeys import patient

CONNECTIONS = 40


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    """A separate database for this race, with real commits and many connections."""
    own = Database(fresh_database, pool_size=CONNECTIONS)
    await asyncio.gather(*(own.rows(text("SELECT pg_sleep(0.2)")) for _ in range(CONNECTIONS)))
    yield own
    await own.close()


@pytest.fixture
async def stored_rows(database: Database) -> Stored:
    return await Stored.create(database)


@pytest.fixture
async def pool(database: Database, redis_url: str) -> AsyncIterator[Pool]:
    """A pool in the race's database, and an empty Redis."""
    async with make_redis(patient(redis_url)) as client:
        yield Pool(database, client)
