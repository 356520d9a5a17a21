"""A worker on the real servers, for workflows whose time can be skipped, and for ones in real time."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from embedded.valkey import Valkey
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.attacker import Attacker, attacking
from tests.support.key_files import write_keys
from tests.support.phones import Phone
from tests.support.world import World
from worker.container import WorkerContainer
from worker.run import make_worker

TASK_QUEUE = "workflow-tests"
CLOCKED_QUEUE = "clocked-workflow-tests"


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_keys(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture(scope="session")
def phone() -> Phone:
    return Phone()


@pytest.fixture(scope="session")
async def container(database_url: str, valkey: Valkey, key_file: Path, phone: Phone) -> AsyncIterator[WorkerContainer]:
    database, keys = Database(database_url, pool_size=20), Keys.from_file(key_file)
    repositories = Repositories.build(database, make_redis(valkey.url()), keys)
    container = WorkerContainer(repositories, httpx.AsyncClient(), phone, clock_skew=None)
    yield container
    await container.close()


@pytest.fixture(scope="session")
async def worker(container: WorkerContainer, temporal_client: Client) -> AsyncIterator[None]:
    async with make_worker(temporal_client, TASK_QUEUE, container.activities()):
        yield


@pytest.fixture(scope="session")
def world(container: WorkerContainer, phone: Phone, worker: None, temporal_env: TimeSkipper) -> World:
    """A vehicle's time is stopped between acts, and is skipped for it alone."""
    return World(container, temporal_env.client, TASK_QUEUE, phone, temporal_env)


@pytest.fixture(params=["updates", "signals"])
def either_world(request: pytest.FixtureRequest, world: World) -> World:
    """The same, once with updates and once with their signals."""
    return world.signalling() if request.param == "signals" else world


@pytest.fixture(scope="session")
def real_time_world(container: WorkerContainer, phone: Phone, worker: None, temporal_client: Client) -> World:
    """Real time, for histories that are counted or stored."""
    return World(container, temporal_client, TASK_QUEUE, phone)


@pytest.fixture(scope="session")
async def clocked_world(
    database_url: str, valkey: Valkey, key_file: Path, temporal_client: Client
) -> AsyncIterator[World]:
    """Real time, and a worker that compares the times in messages with its own clock, as in production."""
    database, keys, phone = Database(database_url, pool_size=10), Keys.from_file(key_file), Phone()
    repositories = Repositories.build(database, make_redis(valkey.url()), keys)
    container = WorkerContainer(repositories, httpx.AsyncClient(), phone)
    async with make_worker(temporal_client, CLOCKED_QUEUE, container.activities()):
        yield World(container, temporal_client, CLOCKED_QUEUE, phone)
    await container.close()


@pytest.fixture(scope="session")
async def attacker(clocked_world: World) -> AsyncIterator[Attacker]:
    """Somebody who reaches Temporal, and has none of the keys of `clocked_world`."""
    async with attacking(clocked_world.client, clocked_world.task_queue) as attacker:
        yield attacker
