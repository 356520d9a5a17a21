"""The service in simulated time: real servers, and API and worker in this process, with one clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import httpx
from temporalio.client import Client

import worker.run
from api.app import create_app
from api.context import AppContext, Gateways
from config.payloads import DATA_CONVERTER
from config.settings import Settings
from domain.durations import Duration
from embedded.folders import DataFolder
from embedded.ports import free_port
from embedded.postgres import Postgres
from embedded.stack import Servers
from embedded.supervisor import DATABASE
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from gateways.identity.provider import Verifier, token_verifier
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.postgres.migrate import migrate
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.scenarios.fault_injection.system import System
from tests.scenarios.years.simulated_time import AtLeastNow, SimulatedClock, Skipper
from tests.support.api_stack import keys_of
from tests.support.key_files import write_keys
from tests.support.phones import Phone
from tests.support.tokens import AUDIENCE, ISSUER, KEY_SET
from tests.support.vehicle_registry import Registry
from worker.container import WorkerContainer
from workflows.vehicle import decisions

URL = "http://years.test"
DECISIONS_OF_A_RUN = 3
"""Instead of 500: then all journeys continue as new, most of them several times."""

PUBLISHED_DAY = Duration(time=timedelta(days=7))
"""Each published day is verified by a process, as in the service: 3,650 of them would take longer than all journeys."""

PATIENT = timedelta(minutes=2)
"""How long a task waits for the cache of a busy worker: a run has much more to do at once than the service."""

CONNECTIONS = 20
NO_LIMIT = "1000000"
POLICY = {
    "confirm_delay": "PT0S", "compose_interval": "PT0S", "code_resend": "PT0S", "cancellation": "true",
} | dict.fromkeys(
    ("codes_per_hour", "codes_per_day", "writes_per_minute", "keyboard_per_minute", "failed_checks_per_day"), NO_LIMIT
)  # fmt: skip


@dataclass(frozen=True)
class SimulatedService:
    """API and worker on `system`. Both have the same keys, so that a new one is known at once."""

    system: System
    clock: SimulatedClock
    skipper: Skipper
    context: AppContext
    container: WorkerContainer
    http: httpx.AsyncClient
    phone: Phone
    registry: Registry
    client: Client
    """Starts workflows in the machine's time."""

    @property
    def repositories(self) -> Repositories:
        return self.context.repositories


@asynccontextmanager
async def own_system(root: Path) -> AsyncIterator[System]:
    """Servers of one run, with a migrated database."""
    folder = DataFolder(root)
    with folder.lock():
        # Without fsync: the machine does not crash, and nothing here waits for a disk.
        temporal = Temporal(folder, port=free_port(), time_skipping=True)
        async with Servers(Postgres(folder, durable=False), Valkey(folder), temporal) as servers:
            await servers.postgres.create_database(DATABASE)
            await asyncio.to_thread(migrate, servers.postgres.owner_url(DATABASE))
            yield System(folder, servers, {}, urls={"api": URL})


@asynccontextmanager
async def simulated_service(system: System, clock: SimulatedClock, keys: Path) -> AsyncIterator[SimulatedService]:
    """Everything runs inside the block. The database of the system is migrated and empty."""
    settings = Settings.model_validate(
        {
            "database_url": system.servers.postgres.url(system.database),
            "redis_url": system.redis_url,
            "key_file": write_keys(keys),
            "temporal_address": system.temporal,
            "task_queue": system.task_queue,
            "policy": POLICY,
        }
    )
    interceptor = AtLeastNow(clock)
    client = await Client.connect(system.temporal, data_converter=DATA_CONVERTER, interceptors=[interceptor])
    skipper, phone, registry, shared = Skipper(client, clock), Phone(), Registry(), keys_of(settings)
    async with AsyncExitStack() as running:
        running.enter_context(patch.object(decisions, "MOST_DECISIONS", DECISIONS_OF_A_RUN))
        running.enter_context(patch.object(worker.run, "STICKY_TIMEOUT", PATIENT))
        container = WorkerContainer(
            _repositories(settings, shared),
            httpx.AsyncClient(),
            phone,
            clock=clock,
            fairness_day=PUBLISHED_DAY,
            clock_skew=None,
        )
        running.push_async_callback(container.close)
        running_worker = worker.run.make_worker(
            skipper.client,
            settings.task_queue,
            container.activities(),
            sandboxed=False,
        )
        await running.enter_async_context(running_worker)
        context = _context(settings, Gateways(phone, registry, _verifier(clock)), shared, skipper, clock)
        running.push_async_callback(context.repositories.close)
        transport = httpx.ASGITransport(create_app(context))
        http = await running.enter_async_context(httpx.AsyncClient(transport=transport, timeout=60))
        yield SimulatedService(system, clock, skipper, context, container, http, phone, registry, client)


def _repositories(settings: Settings, keys: Keys) -> Repositories:
    database = Database(settings.database_url, pool_size=CONNECTIONS)
    return Repositories.build(database, make_redis(settings.redis_url), keys)


def _context(settings: Settings, gateways: Gateways, keys: Keys, skipper: Skipper, clock: SimulatedClock) -> AppContext:
    return AppContext.build(settings, gateways, _repositories(settings, keys), skipper.client, clock)


def _verifier(clock: SimulatedClock) -> Verifier:
    issuer = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=KEY_SET)))
    return token_verifier(ISSUER, AUDIENCE, "http://issuer.test/keys", client=issuer, clock=clock)
