"""Restarts workflows that were ended by hand, and refreshes those that lag behind their rows.

Temporal is asked for runs that did not complete since the last check: hardly ever any. A workflow that is missing in
Temporal is found by its row: a deadline that has passed, or a ban that is over, without any effect.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import OutcomeUnknown, Refusal, Unavailable
from domain.instants import format_instant
from storage.crypto.seals import MessageSeals
from storage.offices.offices import Offices
from storage.preselections.lagging import LaggingWorkflows
from storage.preselections.orphans import MOST, ExpectedBan, ExpectedVehicle, ExpectedWorkflows
from workflows.client import VehicleClient
from workflows.maintenance.types import ResyncedVehicles, RevivedWorkflows, UpkeepOrder
from workflows.messages import Action, BlacklistInput, blacklist_workflow_id
from workflows.start_options import VehicleStart, ban_options

log = structlog.get_logger("upkeep")

VEHICLE, BAN = "Vehicle", "Blacklist"
_ENDED_FROM_OUTSIDE = (
    'WorkflowType = "{kind}" AND ExecutionStatus IN ("Terminated", "Canceled", "Failed", "TimedOut")'
    ' AND CloseTime > "{since}"'
)
# Temporal's lists are a little late, and so may be a busy worker.
_LATE = timedelta(minutes=5)
# As long as Temporal keeps ended workflows.
_FURTHEST = timedelta(days=30)
_AT_ONCE = 20
_RPC_TIMEOUT = timedelta(seconds=5)


class OrphanedWorkflows:
    def __init__(
        self, rows: ExpectedWorkflows, offices: Offices, lagging: LaggingWorkflows, seals: MessageSeals
    ) -> None:
        self._rows = rows
        self._offices = offices
        self._lagging = lagging
        self._seals = seals

    async def revive(self, order: UpkeepOrder, temporal: Client, task_queue: str) -> RevivedWorkflows:
        """Start missing workflows, and make running ones reread their rows. May be repeated."""
        since = max(order.since - _LATE, order.at - _FURTHEST) if order.since else order.at - _FURTHEST
        late = order.at - _LATE
        starter = await self._starter(temporal, task_queue)
        vehicles = {row.id: row for row in await self._rows.past_deadline(late)}
        bans = {ban.id: ban for ban in await self._rows.ended_bans(late)}
        async for ids in _ended(temporal, VEHICLE, since):
            vehicles |= {row.id: row for row in await self._rows.of(ids)}
        async for ids in _ended(temporal, BAN, since):
            bans |= {ban.id: ban for ban in await self._rows.bans(ids)}
        revived = await _few_at_once(starter.refresh(row) for row in vehicles.values())
        released = await _few_at_once(starter.ban(ban) for ban in bans.values())
        return RevivedWorkflows(len(vehicles) + len(bans), revived, released)

    async def resync(self, order: UpkeepOrder, temporal: Client, task_queue: str) -> ResyncedVehicles:
        """Make vehicles reread their rows: all of them after a restore of the database or of Temporal."""
        starter = await self._starter(temporal, task_queue)
        mark, is_known = await self._lagging.advance_mark(order.mark)
        count = 0 if is_known else await self._refresh_all(starter, order.at)
        noted = await self._lagging.noted()
        await _few_at_once(starter.refresh(row) for row in await self._rows.of(noted))
        await self._lagging.forget(noted, order.at)
        return ResyncedVehicles(mark, is_restored=not is_known, vehicles=count + len(noted))

    async def _refresh_all(self, starter: "_Starter", at: datetime) -> int:
        count, last = 0, None
        while page := await self._rows.unfinished(at - _FURTHEST, after=last):
            await _few_at_once(starter.refresh(row) for row in page)
            count, last = count + len(page), page[-1].id
            activity.heartbeat(count)
        return count

    async def _starter(self, temporal: Client, task_queue: str) -> "_Starter":
        prefixes = {office.code: office.prefixes for office in await self._offices.all()}
        return _Starter(temporal, task_queue, self._seals, prefixes)


class _Starter:
    """Starts workflows, each if it does not run."""

    def __init__(
        self, temporal: Client, task_queue: str, seals: MessageSeals, prefixes: Mapping[str, Sequence[str]]
    ) -> None:
        self._temporal = temporal
        self._task_queue = task_queue
        self._vehicles = VehicleClient(temporal, task_queue, seals)
        self._prefixes = prefixes

    async def refresh(self, row: ExpectedVehicle) -> bool:
        """Make the vehicle reread its row; True if its workflow had to be started for that."""
        activity.heartbeat()
        if await self._vehicles.signal(str(row.id), "refresh"):
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
        entry_id = str(ban.id)
        if await self._runs(blacklist_workflow_id(entry_id)):
            return False
        try:
            await self._temporal.start_workflow(
                BAN,
                BlacklistInput(entry_id),
                task_queue=self._task_queue,
                rpc_timeout=_RPC_TIMEOUT,
                **ban_options(entry_id, ban.office_code),
            )
        except WorkflowAlreadyStartedError:
            return False
        log.info("ban revived", entry_id=entry_id)
        return True

    async def _runs(self, workflow_id: str) -> bool:
        try:
            found = await self._temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=_RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        activity.heartbeat()
        return found.status is WorkflowExecutionStatus.RUNNING


async def _ended(temporal: Client, kind: str, since: datetime) -> AsyncIterator[list[UUID]]:
    """The preselections or bans of these workflows, page by page."""
    query = _ENDED_FROM_OUTSIDE.format(kind=kind, since=format_instant(since))
    ids: list[UUID] = []
    async for run in temporal.list_workflows(query, page_size=MOST):
        # A workflow that was started by hand may have any id.
        with suppress(ValueError):
            ids.append(UUID(run.id.partition("-")[2]))
        if len(ids) == MOST:
            yield ids
            ids = []
            activity.heartbeat()
    if ids:
        yield ids


async def _few_at_once(doing: Iterable[Awaitable[bool]]) -> int:
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
