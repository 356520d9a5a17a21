from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.storage.stored_preselections import Stored


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database that the whole run shares: tests make rows of their own and count no others."""
    shared = Database(database_url, pool_size=25)
    yield shared
    await shared.close()


@pytest.fixture
async def stored(database: Database) -> Stored:
    return await Stored.beginning(database)
