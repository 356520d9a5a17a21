"""One installation in this process: API and worker with a database, a Redis and a Temporal that nothing else uses.

Its database can be restored to an earlier instant, as operators do it: everything is stopped meanwhile.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import Payloads, WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import ActivityEnvironment

from config.payloads import DATA_CONVERTER
from config.settings import Settings
from embedded.postgres import Postgres
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from process.clock import system_clock
from tests.support.api_stack import Addresses, ApiStack, container_for, keys_of, running_api, settings_for
from tests.support.country import Country
from tests.support.phones import Phone
from tests.support.vehicle_registry import Registry
from tests.support.workers import running_worker
from worker.container import WorkerContainer
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport, RevivedWorkflows, StepInput
from workflows.messages import vehicle_workflow_id

REDIS = 8
"""The logical database of Valkey."""


@dataclass
class Installation:
    postgres: Postgres
    valkey: Valkey
    temporal: Temporal
    folder: Path
    database: str = field(default_factory=lambda: f"faults_{uuid4().hex[:12]}")
    phone: Phone = field(default_factory=Phone)
    registry: Registry = field(default_factory=Registry)
    last_report: MaintenanceReport | None = None
    """What Temporal hands to the next run of maintenance."""

    _worker: WorkerContainer | None = None
    _stack: ApiStack | None = None
    _client: Client | None = None
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def stack(self) -> ApiStack:
        assert self._stack, "the installation does not run"
        return self._stack

    @property
    def client(self) -> Client:
        assert self._client, "the installation does not run"
        return self._client

    @property
    def country(self) -> Country:
        return Country(self.stack)

    @property
    def task_queue(self) -> str:
        return self.database

    async def create(self, template: str) -> None:
        await self.postgres.create_database(self.database, template=template)

    async def drop(self) -> None:
        await self.postgres.drop_database(self.database)

    async def start(self) -> None:
        """Connect API and worker again."""
        settings = self._settings()
        self._client = await Client.connect(self.temporal.address, data_converter=DATA_CONVERTER)
        container = container_for(settings, self.phone, keys_of(settings))
        worker = running_worker(container, self._client, self.task_queue)
        self._worker = await self._running.enter_async_context(worker)
        api = running_api(settings, self.phone, self.registry, keys_of(settings))
        stack = await self._running.enter_async_context(api)
        await stack.reconciler.reconcile(system_clock())
        if self._stack:
            # Whoever has used it before goes on with it.
            self._stack.context, self._stack.app, self._stack.client = stack.context, stack.app, stack.client
        else:
            self._stack = stack

    async def stop(self) -> None:
        await self._running.aclose()

    async def back_up(self) -> str:
        """A copy of the database as it is now, by name."""
        backup = f"{self.database}_backup"
        await self.stop()
        await self.postgres.create_database(backup, template=self.database)
        await self.start()
        return backup

    async def restore(self, backup: str) -> None:
        """Bring the database back to what the copy says; Redis and Temporal stay as they are."""
        await self.stop()
        await self.postgres.drop_database(self.database)
        await self.postgres.create_database(self.database, template=backup)
        await self.postgres.drop_database(backup)
        await self.start()

    async def maintain(self, *steps: str) -> MaintenanceReport:
        """A run of maintenance, which gets the report of the one before, as from the schedule."""
        last = [self.last_report] if self.last_report else []
        request = StartWorkflowExecutionRequest(
            namespace="default",
            workflow_id=f"upkeep-{uuid4()}",
            request_id=str(uuid4()),
            workflow_type=WorkflowType(name="Upkeep"),
            task_queue=TaskQueue(name=self.task_queue),
            input=await self._payloads(MaintenanceInput(list(steps))),
            last_completion_result=await self._payloads(*last) if last else None,
        )
        await self.client.workflow_service.start_workflow_execution(request)
        handle = self.client.get_workflow_handle(request.workflow_id, result_type=MaintenanceReport)
        self.last_report = await handle.result()
        return self.last_report

    async def revive(self, at: datetime) -> RevivedWorkflows:
        """What maintenance does about missing and lagging workflows at an instant that need not be now."""
        assert self._worker, "the installation does not run"
        orphans, order = self._worker.orphaned_workflows(), StepInput(at, since=at - timedelta(minutes=5))
        revived: RevivedWorkflows = await ActivityEnvironment().run(orphans.revive, order, self.client, self.task_queue)
        return revived

    def workflow_of(self, preselection_id: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(vehicle_workflow_id(preselection_id))

    async def _payloads(self, *values: object) -> Payloads:
        return Payloads(payloads=await DATA_CONVERTER.encode(values))

    def _settings(self) -> Settings:
        addresses = Addresses(
            self.postgres.url(self.database), self.valkey.url(REDIS), self.temporal.address, self.task_queue
        )
        return settings_for(addresses, self.folder)
