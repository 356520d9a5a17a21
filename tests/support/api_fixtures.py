"""Fixtures of the API with a worker in this process, in real time.

A folder whose conftest imports them has its own database, worker and application.
"""

from collections.abc import AsyncIterator
from itertools import count

import pytest
from temporalio.client import Client

from config.settings import Settings
from embedded.postgres import Postgres
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from process.clock import system_clock
from tests.support.api_stack import Addresses, ApiStack, container_for, keys_of, running_api, settings_for
from tests.support.country import Country
from tests.support.phones import Phone
from tests.support.serving import serve
from tests.support.vehicle_registry import Registry
from tests.support.workers import running_worker

__all__ = ["address", "country", "settings", "stack", "whole_stack"]

NUMBERS = count(1)


@pytest.fixture(scope="session")
async def settings(
    postgres: Postgres,
    database_template: str,
    valkey: Valkey,
    temporal: Temporal,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    name = f"api_{next(NUMBERS)}"
    await postgres.create_database(name, template=database_template)
    addresses = Addresses(postgres.url(name), valkey.url(), temporal.address, task_queue=name)
    return settings_for(addresses, tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
async def whole_stack(settings: Settings, temporal_client: Client) -> AsyncIterator[ApiStack]:
    phone, keys = Phone(), keys_of(settings)
    container = container_for(settings, phone, keys_of(settings))
    async with (
        running_worker(container, temporal_client, settings.task_queue),
        running_api(settings, phone, Registry(), keys) as stack,
    ):
        yield stack


@pytest.fixture(scope="session")
async def address(whole_stack: ApiStack) -> AsyncIterator[str]:
    """The API over a real connection, for streams."""
    async with serve(whole_stack.app) as port:
        yield f"http://127.0.0.1:{port}/api/v1"


@pytest.fixture
async def stack(whole_stack: ApiStack) -> ApiStack:
    """The stack with every gateway switched on and a complete index."""
    whole_stack.phone.down, whole_stack.registry.is_down = None, False
    await whole_stack.reconciler.reconcile(system_clock())
    return whole_stack


@pytest.fixture
def country(stack: ApiStack) -> Country:
    return Country(stack)
