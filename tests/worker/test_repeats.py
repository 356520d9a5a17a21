"""A worker whose clock is not the database's neither rebuilds an index nor opens segments: it waits."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from activities.failures import ClockSkew
from process.clock import system_clock
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.phones import Phone
from tests.support.stored_preselections import KEYS
from worker.container import WorkerContainer
from worker.repeats import agreed_time

SKEW = timedelta(seconds=30)


def container_of(repositories: Repositories, ahead: timedelta, skew: timedelta | None) -> WorkerContainer:
    return WorkerContainer(
        repositories, httpx.AsyncClient(), Phone(), clock=lambda: system_clock() + ahead, clock_skew=skew
    )


@pytest.fixture
async def repositories(fresh_database: str, redis_url: str) -> AsyncIterator[Repositories]:
    repositories = Repositories.build(Database(fresh_database), make_redis(redis_url), KEYS)
    yield repositories
    await repositories.close()


@pytest.mark.parametrize("ahead", [timedelta(minutes=2), timedelta(hours=-3)])
async def test_nothing_is_done_at_another_time_than_the_databases(repositories: Repositories, ahead: timedelta) -> None:
    with pytest.raises(ClockSkew):
        await agreed_time(container_of(repositories, ahead, SKEW))


@pytest.mark.parametrize("ahead, skew", [(timedelta(seconds=5), SKEW), (timedelta(hours=3), None)])
async def test_the_worker_has_its_own_time_otherwise(
    repositories: Repositories, ahead: timedelta, skew: timedelta | None
) -> None:
    before = system_clock()
    assert timedelta(0) <= await agreed_time(container_of(repositories, ahead, skew)) - ahead - before < SKEW
