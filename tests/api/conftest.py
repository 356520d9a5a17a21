"""The API on the real servers, with a worker in this process, in real time."""

from collections.abc import AsyncIterator

import httpx
import pytest
import redis.asyncio
from temporalio.client import Client

from api.app import create_app
from api.context import AppContext, Gateways, open_context
from config.settings import Settings
from embedded.postgres import Postgres
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from gateways.identity.provider import token_verifier
from process.clock import system_clock
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.api_stack import Addresses, Stack, keys_of, settings_for
from tests.support.country import Country
from tests.support.phones import Phone
from tests.support.serving import serving
from tests.support.tokens import AUDIENCE, ISSUER, KEY_SET
from tests.support.vehicle_registry import Registry
from worker.container import WorkerContainer
from worker.run import make_worker


@pytest.fixture(scope="session")
def phone() -> Phone:
    return Phone()


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry()


@pytest.fixture(scope="session")
async def settings(
    postgres: Postgres,
    database_template: str,
    valkey: Valkey,
    temporal: Temporal,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    async with redis.asyncio.from_url(valkey.url()) as client:
        await client.flushall()
    await postgres.create_database("xuanhao_api", template=database_template)
    addresses = Addresses(postgres.url("xuanhao_api"), valkey.url(), temporal.address, "api-tests")
    return settings_for(addresses, tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
async def worker(settings: Settings, phone: Phone, temporal_client: Client) -> AsyncIterator[None]:
    database, redis = Database(settings.database_url, pool_size=20), make_redis(settings.redis_url)
    container = WorkerContainer(Repositories.build(database, redis, keys_of(settings)), httpx.AsyncClient(), phone)
    async with make_worker(temporal_client, settings.task_queue, container.activities()):
        yield
    await container.close()


@pytest.fixture(scope="session")
async def context(settings: Settings, phone: Phone, registry: Registry) -> AsyncIterator[AppContext]:
    """The API's dependencies; tokens are really verified, with keys from a mocked connection."""
    issuer = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=KEY_SET)))
    verifier = token_verifier(ISSUER, AUDIENCE, "http://issuer.test/keys", client=issuer, clock=system_clock)
    async with open_context(settings, Gateways(phone, registry, verifier), keys_of(settings)) as context:
        yield context


@pytest.fixture(scope="session")
async def whole_stack(context: AppContext, phone: Phone, registry: Registry, worker: None) -> AsyncIterator[Stack]:
    app = create_app(context)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://xuanhao.test/api/v1", timeout=20) as client:
        yield Stack(context, app, client, context.repositories.pool_reconciler, phone, registry)


@pytest.fixture
async def stack(whole_stack: Stack) -> Stack:
    """The stack with every gateway switched on and a complete index."""
    whole_stack.phone.down, whole_stack.registry.is_down = None, False
    await whole_stack.keeper.tend(system_clock())
    return whole_stack


@pytest.fixture
def country(stack: Stack) -> Country:
    return Country(stack)


@pytest.fixture(scope="session")
async def address(whole_stack: Stack) -> AsyncIterator[str]:
    """The API over a real connection, for streams."""
    async with serving(whole_stack.app) as port:
        yield f"http://127.0.0.1:{port}/api/v1"
