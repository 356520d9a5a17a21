"""The API and a worker in this process, on the real servers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx
from fastapi import FastAPI

from api.app import create_app
from api.context import AppContext, Gateways, open_context
from config.settings import Settings
from gateways.identity.provider import token_verifier
from process.clock import system_clock
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.offices.offices import Office
from storage.pool.reconcile import PoolReconciler
from storage.repositories import Repositories
from tests.support.key_files import write_keys
from tests.support.phones import Phone
from tests.support.tokens import AUDIENCE, ISSUER, KEY_SET
from tests.support.vehicle_registry import Registry
from tests.support.workers import worker_container
from worker.container import WorkerContainer


@dataclass
class ApiStack:
    """The API's application with its dependencies, an in-process client, and the gateways."""

    context: AppContext
    app: FastAPI
    client: httpx.AsyncClient
    phone: Phone
    registry: Registry
    shared_office: Office | None = None

    @property
    def repositories(self) -> Repositories:
        return self.context.repositories

    @property
    def reconciler(self) -> PoolReconciler:
        return self.repositories.pool_reconciler

    def forget_offices(self) -> None:
        """A new office must be known at once, not after the directory's cache time."""
        self.context.directory.forget()


@asynccontextmanager
async def running_api(settings: Settings, phone: Phone, registry: Registry, keys: Keys) -> AsyncIterator[ApiStack]:
    """Tokens are really verified, with keys from a mocked connection."""
    issuer = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=KEY_SET)))
    verifier = token_verifier(ISSUER, AUDIENCE, "http://issuer.test/keys", client=issuer, clock=system_clock)
    async with open_context(settings, Gateways(phone, registry, verifier), keys) as context:
        app = create_app(context)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://xuanhao.test/api/v1", timeout=20) as client:
            yield ApiStack(context, app, client, phone, registry)


class Addresses(NamedTuple):
    """The database and worker of one folder's tests; all share the servers."""

    database: str
    redis: str
    temporal: str
    task_queue: str


def keys_of(settings: Settings) -> Keys:
    return Keys.from_source(key_source(settings.key_file, settings.keys))


def container_for(settings: Settings, phone: Phone, keys: Keys) -> WorkerContainer:
    pooling = settings.database_transaction_pooling
    return worker_container(settings.database_url, settings.redis_url, keys, phone, transaction_pooling=pooling)


def settings_for(addresses: Addresses, folder: Path) -> Settings:
    """Settings with the tests' keys, without limits of codes."""
    return Settings.model_validate(
        {
            "database_url": addresses.database,
            "redis_url": addresses.redis,
            "key_file": write_keys(folder / "keys.json"),
            "temporal_address": addresses.temporal,
            "task_queue": addresses.task_queue,
            "policy": {"code_resend": "PT0S", "codes_per_hour": "100", "codes_per_day": "100"},
        }
    )
