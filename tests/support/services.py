"""A whole service, API and worker, with its own Redis of any kind and its own database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

from config.settings import Settings
from embedded.postgres import Postgres
from embedded.temporal import Temporal
from tests.support.api_stack import Addresses, container_for, keys_of, running_api, settings_for
from tests.support.country import Country
from tests.support.phones import Phone
from tests.support.vehicle_registry import Registry
from tests.support.workers import running_worker


@dataclass(frozen=True)
class Services:
    """What all services share."""

    postgres: Postgres
    template: str
    temporal: Temporal
    client: Client
    folder: Path

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The name of a new, migrated database."""
        name = f"service_{uuid4().hex[:12]}"
        await self.postgres.create_database(name, template=self.template)
        yield name
        await self.postgres.drop_database(name)

    @asynccontextmanager
    async def running(self, redis_url: str) -> AsyncIterator[Country]:
        async with self.database() as name, self.started(name, redis_url) as country:
            yield country

    @asynccontextmanager
    async def started(self, name: str, redis_url: str, key_file: Path | None = None) -> AsyncIterator[Country]:
        """The service on this database, with the tests' keys or others."""
        async with self.serving(self.settings(name, redis_url, key_file)) as country:
            yield country

    @asynccontextmanager
    async def serving(self, settings: Settings) -> AsyncIterator[Country]:
        phone = Phone()
        async with (
            running_worker(container_for(settings, phone, keys_of(settings)), self.client, settings.task_queue),
            running_api(settings, phone, Registry(), keys_of(settings)) as stack,
        ):
            yield Country(stack)

    def settings(self, name: str, redis_url: str, key_file: Path | None = None) -> Settings:
        addresses = Addresses(self.postgres.url(name), redis_url, self.temporal.address, task_queue=name)
        return settings_for(addresses, self.folder).model_copy(update={"key_file": key_file} if key_file else {})
