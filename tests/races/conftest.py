from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.storage.stored_preselections import Stored

CONNECTIONS = 40


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    """A database of this race's own, committed for real, with many connections."""
    own = Database(fresh_database, pool_size=CONNECTIONS)
    yield own
    await own.close()


@pytest.fixture
async def stored(database: Database) -> Stored:
    return await Stored.beginning(database)
