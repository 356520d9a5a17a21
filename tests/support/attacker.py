"""Somebody who reaches Temporal and has none of our keys, with another worker, workflow and task queue."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RawValue, RetryPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from workflows.refusals import application_error

DONE = "done"
LONGEST = timedelta(seconds=20)


@dataclass(frozen=True)
class Errand:
    """An activity to schedule on somebody else's task queue, with invented arguments."""

    task_queue: str
    activity: str
    arguments: list[Any]


@workflow.defn(name="Errand")
class ErrandWorkflow:
    @workflow.run
    async def run(self, errand: Errand) -> Any:
        return await workflow.execute_activity(
            errand.activity,
            args=errand.arguments,
            task_queue=errand.task_queue,
            schedule_to_close_timeout=LONGEST,
            heartbeat_timeout=LONGEST,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


@workflow.defn(name="Impostor")
class ImpostorWorkflow:
    """Runs under the id of a vehicle's workflow, accepts everything, and says that it is done."""

    @workflow.run
    async def run(self, _: Any = None) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update(dynamic=True)
    async def anything(self, _: str, __: Sequence[RawValue]) -> Any:
        return {"revision": 99}

    @workflow.signal(dynamic=True)
    def ignored(self, _: str, __: Sequence[RawValue]) -> None:
        """Nothing follows."""


@dataclass(frozen=True)
class Attacker:
    """Sends anything to the workflows and workers of `victim_queue`."""

    client: Client
    own_queue: str
    victim_queue: str

    async def call(self, activity: str, *arguments: Any) -> str:
        """Have our worker run one of our activities; returns the type of its failure, or `DONE`."""
        errand = Errand(self.victim_queue, activity, list(arguments))
        try:
            await self.client.execute_workflow(
                ErrandWorkflow.run, errand, id=f"errand-{uuid4()}", task_queue=self.own_queue
            )
        except WorkflowFailureError as failure:
            error = application_error(failure.cause)
            return (error.type or "") if error else type(failure.cause).__name__
        return DONE

    async def start(self, workflow_type: str, given: Any, workflow_id: str | None = None) -> WorkflowHandle[Any, Any]:
        """Start a workflow of ours with an invented input."""
        return await self.client.start_workflow(
            workflow_type, given, id=workflow_id or f"forged-{uuid4()}", task_queue=self.victim_queue
        )

    async def take_place_of(self, handle: WorkflowHandle[Any, Any]) -> None:
        """End a workflow of ours, and start an impostor under its id."""
        await handle.terminate("by hand")
        await self.client.start_workflow(ImpostorWorkflow.run, id=handle.id, task_queue=self.own_queue)


@asynccontextmanager
async def connect_attacker(client: Client, victim_queue: str) -> AsyncIterator[Attacker]:
    own_queue = f"attacker-{uuid4()}"
    runner = UnsandboxedWorkflowRunner()
    async with Worker(
        client, task_queue=own_queue, workflows=[ErrandWorkflow, ImpostorWorkflow], workflow_runner=runner
    ):
        yield Attacker(client, own_queue, victim_queue)
