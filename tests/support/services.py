"""A whole service, API and worker, with its own Redis of any kind and its own database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

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
    async def running(self, redis_url: str) -> AsyncIterator[Country]:
        name, phone = f"service_{uuid4().hex[:12]}", Phone()
        await self.postgres.create_database(name, template=self.template)
        settings = settings_for(
            Addresses(self.postgres.url(name), redis_url, self.temporal.address, task_queue=name), self.folder
        )
        keys = keys_of(settings)
        async with (
            running_worker(container_for(settings, phone, keys_of(settings)), self.client, name),
            running_api(settings, phone, Registry(), keys) as stack,
        ):
            yield Country(stack)
        await self.postgres.drop_database(name)
