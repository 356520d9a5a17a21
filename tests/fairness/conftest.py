from collections.abc import AsyncIterator

import httpx
import pytest

from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.drawing import DrawWorld
from tests.support.phones import Phone
from tests.support.stored_preselections import KEYS
from tests.support.valkeys import patient
from worker.container import WorkerContainer


@pytest.fixture
async def drawing(fresh_database: str, redis_url: str) -> AsyncIterator[DrawWorld]:
    repositories = Repositories.build(Database(fresh_database), make_redis(patient(redis_url)), KEYS)
    container = WorkerContainer(repositories, httpx.AsyncClient(), Phone(), clock_skew=None)
    yield DrawWorld(container)
    await container.close()
