from collections.abc import AsyncIterator

import pytest

from storage.postgres.database import Database
from storage.redis.client import RedisClient, make_redis
from tests.support.pool import Pool
from tests.support.stored_preselections import Stored
from tests.support.valkeys import patient


@pytest.fixture(scope="session")
async def shared_database(database_url: str) -> AsyncIterator[Database]:
    shared = Database(database_url, pool_size=25)
    yield shared
    await shared.close()


@pytest.fixture
async def database(shared_database: Database) -> Database:
    """The database that the whole run shares: tests create their own rows and count no others."""
    # An earlier test may have killed the server; then the first call renews the shared pool.
    await shared_database.ping()
    return shared_database


@pytest.fixture
async def stored_rows(database: Database) -> Stored:
    return await Stored.create(database)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisClient]:
    """An empty Redis."""
    async with make_redis(patient(redis_url)) as client:
        yield client


@pytest.fixture
async def own_database(fresh_database: str) -> AsyncIterator[Database]:
    """A separate database for this test, which may count rows."""
    own = Database(fresh_database)
    yield own
    await own.close()


@pytest.fixture
def pool(own_database: Database, redis: RedisClient) -> Pool:
    """A separate pool for this test."""
    return Pool(own_database, redis)
