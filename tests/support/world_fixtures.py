"""Fixtures of vehicles' workflows with a worker in this process, in skipped time and in real time.

A folder whose conftest imports them has its own workers, on separate task queues.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from embedded.valkey import Valkey
from storage.crypto.vault import Keys
from tests.support.key_files import write_keys
from tests.support.phones import Phone
from tests.support.workers import running_worker, worker_container
from tests.support.world import World

NUMBERS = count(1)


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_keys(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture(scope="session")
async def real_time_world(
    database_url: str, valkey: Valkey, key_file: Path, temporal_client: Client
) -> AsyncIterator[World]:
    """Real time, for histories that are counted or stored."""
    phone, queue = Phone(), f"workflow-tests-{next(NUMBERS)}"
    container = worker_container(database_url, valkey.url(), Keys.from_file(key_file), phone, clock_skew=None)
    async with running_worker(container, temporal_client, queue):
        yield World(container, temporal_client, queue, phone)


@pytest.fixture(scope="session")
def world(real_time_world: World, temporal_env: TimeSkipper) -> World:
    """A vehicle's time is stopped between acts, and is skipped for it alone."""
    return replace(real_time_world, client=temporal_env.client, skipper=temporal_env)


@pytest.fixture(params=["updates", "signals"])
def either_world(request: pytest.FixtureRequest, world: World) -> World:
    """The same, once with updates and once with their signals."""
    return world.with_signals() if request.param == "signals" else world


@pytest.fixture(scope="session")
async def clocked_world(
    database_url: str, valkey: Valkey, key_file: Path, temporal_client: Client
) -> AsyncIterator[World]:
    """Real time, and a worker that compares the times in messages with its own clock, as in production."""
    phone, queue = Phone(), f"clocked-workflow-tests-{next(NUMBERS)}"
    container = worker_container(database_url, valkey.url(), Keys.from_file(key_file), phone)
    async with running_worker(container, temporal_client, queue):
        yield World(container, temporal_client, queue, phone)
