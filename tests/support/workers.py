"""Workers in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
from temporalio.client import Client

from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.phones import Phone
from worker.container import DEFAULT_CLOCK_SKEW, WorkerContainer
from worker.run import make_worker


def worker_container(
    database_url: str,
    redis_url: str,
    keys: Keys,
    phone: Phone,
    *,
    clock_skew: timedelta | None = DEFAULT_CLOCK_SKEW,
    transaction_pooling: bool = False,
) -> WorkerContainer:
    database = Database(database_url, pool_size=20, transaction_pooling=transaction_pooling)
    repositories = Repositories.build(database, make_redis(redis_url), keys)
    return WorkerContainer(repositories, httpx.AsyncClient(), phone, clock_skew=clock_skew)


@asynccontextmanager
async def running_worker(
    container: WorkerContainer, client: Client, task_queue: str, **options: Any
) -> AsyncIterator[WorkerContainer]:
    """A worker with these dependencies, which are closed at the end."""
    try:
        async with make_worker(client, task_queue, container.activities(), **options):
            yield container
    finally:
        await container.close()
