"""Makes workflows reread their rows, and starts those that do not run."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.maintenance.temporal_lists import running_vehicles
from domain.errors import OutcomeUnknown, Refusal, Unavailable
from storage.appeals.repository import OPEN, UnansweredAppeal
from storage.crypto.seals import MessageSeals
from storage.preselections.orphans import ExpectedBan, ExpectedVehicle
from workflows.client import VehicleClient
from workflows.messages import (
    APPEAL_WORKFLOW,
    BLACKLIST_WORKFLOW,
    Action,
    AppealInput,
    BlacklistInput,
    appeal_workflow_id,
    blacklist_workflow_id,
)
from workflows.start_options import VehicleStart, appeal_options, ban_options

_AT_ONCE = 20
_RPC_TIMEOUT = timedelta(seconds=5)

log = structlog.get_logger("upkeep")


class Starter:
    def __init__(
        self, temporal: Client, task_queue: str, seals: MessageSeals, prefixes: Mapping[str, Sequence[str]]
    ) -> None:
        self._temporal = temporal
        self._task_queue = task_queue
        self._vehicles = VehicleClient(temporal, task_queue, seals)
        self._prefixes = prefixes

    def running_vehicles(self) -> AsyncIterator[Collection[UUID]]:
        """The vehicles whose workflows run on our task queue, page by page."""
        return running_vehicles(self._temporal, self._task_queue)

    async def signal(self, preselection_id: UUID) -> bool:
        """Make the vehicle reread its row if its workflow runs; returns whether it does."""
        activity.heartbeat()
        return await self._vehicles.signal(str(preselection_id), "refresh")

    async def refresh(self, row: ExpectedVehicle) -> bool:
        """Make the vehicle reread its row; True if its workflow had to be started for that."""
        if await self.signal(row.id):
            return False
        vehicle = VehicleStart(str(row.id), row.office_code, self._prefixes.get(row.office_code, ()), row.stage)
        # Any run may handle it: `begin` only reads the row of a preselection that has started.
        begin = Action(str(uuid5(NAMESPACE_URL, f"upkeep:{row.id}:{activity.info().workflow_run_id}")))
        try:
            await self._vehicles.start(vehicle, "begin", begin)
        except (OutcomeUnknown, Unavailable):
            raise
        except Refusal:
            # Another buyer has a running preselection of this vehicle by now.
            log.warning("not revived", preselection_id=str(row.id))
            return False
        log.info("vehicle revived", preselection_id=str(row.id), stage=row.stage)
        return True

    async def ban(self, ban: ExpectedBan) -> bool:
        """Start the workflow that ends this ban; False if it runs."""
        entry_id = str(ban.id)
        if await self._runs(blacklist_workflow_id(entry_id)):
            return False
        try:
            await self._temporal.start_workflow(
                BLACKLIST_WORKFLOW,
                BlacklistInput(entry_id),
                task_queue=self._task_queue,
                rpc_timeout=_RPC_TIMEOUT,
                **ban_options(entry_id, ban.office_code),
            )
        except WorkflowAlreadyStartedError:
            return False
        log.info("ban revived", entry_id=entry_id)
        return True

    async def appeal(self, appeal: UnansweredAppeal) -> bool:
        """Start the workflow that answers this appeal, or make it reread a decided row; True if it was started."""
        workflow_id = appeal_workflow_id(str(appeal.id))
        status = await self._status(workflow_id)
        if status is WorkflowExecutionStatus.RUNNING:
            if appeal.state != OPEN:
                await self._temporal.get_workflow_handle(workflow_id).signal("refresh", rpc_timeout=_RPC_TIMEOUT)
            return False
        if appeal.state != OPEN and status is WorkflowExecutionStatus.COMPLETED:
            return False
        try:
            await self._temporal.start_workflow(
                APPEAL_WORKFLOW,
                AppealInput(str(appeal.id)),
                task_queue=self._task_queue,
                rpc_timeout=_RPC_TIMEOUT,
                **appeal_options(str(appeal.id), appeal.office_code),
            )
        except WorkflowAlreadyStartedError:
            return False
        log.info("appeal revived", appeal=str(appeal.id))
        return True

    async def _runs(self, workflow_id: str) -> bool:
        return await self._status(workflow_id) is WorkflowExecutionStatus.RUNNING

    async def _status(self, workflow_id: str) -> WorkflowExecutionStatus | None:
        """None for a workflow that never ran, or is no longer kept."""
        activity.heartbeat()
        try:
            return (await self._temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=_RPC_TIMEOUT)).status
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None


async def run_few_at_once(doing: Iterable[Awaitable[bool]]) -> int:
    """Await all, a few at a time, and return the number of successes. Raises a failure after the others are done."""
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(each: Awaitable[bool]) -> bool:
        async with few:
            return await each

    done = await asyncio.gather(*(one(each) for each in doing), return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return done.count(True)
