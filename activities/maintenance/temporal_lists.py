"""What Temporal lists of our workflows. Its lists are a few seconds late, and never change a history."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from temporalio import activity
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from domain.instants import format_instant
from workflows.messages import VEHICLE_WORKFLOW, vehicle_workflow_id
from workflows.search_attributes import STAGE

PAGE = 500
_CLOSED = 'WorkflowType = "{kind}" AND ExecutionStatus != "Running" AND CloseTime > "{since}"'
_RUNNING = 'WorkflowType = "{kind}" AND ExecutionStatus = "Running" AND TaskQueue = "{task_queue}"'
_OF_THESE = 'ExecutionStatus = "Running" AND WorkflowId IN ({ids})'

Statuses = Mapping[UUID, WorkflowExecutionStatus | None]


async def closed_runs(temporal: Client, kind: str, since: datetime) -> AsyncIterator[Statuses]:
    """How the runs about these preselections or bans were closed, page by page; a run that goes on is left out."""
    async for page in _pages(temporal, _CLOSED.format(kind=kind, since=format_instant(since))):
        yield {
            subject: run.status
            for subject, run in page.items()
            if run.status is not WorkflowExecutionStatus.CONTINUED_AS_NEW
        }


async def running_vehicles(temporal: Client, task_queue: str) -> AsyncIterator[Collection[UUID]]:
    """The preselections whose workflows run, page by page."""
    async for page in _pages(temporal, _RUNNING.format(kind=VEHICLE_WORKFLOW, task_queue=task_queue)):
        yield page.keys()


async def shown_stages(temporal: Client, preselections: Collection[UUID]) -> Mapping[UUID, str | None]:
    """The stage that each of these shows to operators, of those that run."""
    ids = ", ".join(f'"{vehicle_workflow_id(str(preselection))}"' for preselection in preselections)
    shown: dict[UUID, str | None] = {}
    async for page in _pages(temporal, _OF_THESE.format(ids=ids)):
        shown |= {subject: run.typed_search_attributes.get(STAGE) for subject, run in page.items()}
    return shown


async def _pages(temporal: Client, query: str) -> AsyncIterator[Mapping[UUID, WorkflowExecution]]:
    page: dict[UUID, WorkflowExecution] = {}
    async for run in temporal.list_workflows(query, page_size=PAGE):
        # A workflow that was started by hand may have any id.
        with suppress(ValueError):
            page[UUID(run.id.partition("-")[2])] = run
        if len(page) == PAGE:
            yield page
            page = {}
            activity.heartbeat()
    if page:
        yield page
