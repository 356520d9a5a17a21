"""Bringing back workflows that were ended from outside, so that every deadline and every ban has its effect.

Temporal is asked for the runs that did not end by themselves since the last time: hardly ever any. What it has
forgotten is found by its row: a deadline that has passed, or a ban that is over, without anything having followed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from temporalio import activity
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.instants import format_instant
from domain.preselection.values import Stage
from storage.offices.offices import Offices
from storage.preselections.orphans import MOST, RunningBan, RunningRow, RunningRows
from workflows.messages import (
    Acted,
    Begin,
    BlacklistInput,
    VehicleInput,
    blacklist_workflow_id,
    vehicle_workflow_id,
)
from workflows.starting import ban_options, vehicle_options
from workflows.upkeep_ports import RevivedWorkflows, UpkeepOrder

log = structlog.get_logger("upkeep")

VEHICLE, BAN = "Vehicle", "Blacklist"
_ENDED_FROM_OUTSIDE = (
    'WorkflowType = "{kind}" AND ExecutionStatus IN ("Terminated", "Canceled", "Failed", "TimedOut")'
    ' AND CloseTime > "{since}"'
)
# Lists are a little late, and so may be a worker that is busy.
_LATE = timedelta(minutes=5)
# As long as Temporal keeps what has ended.
_FURTHEST = timedelta(days=30)
_AT_ONCE = 20
_PATIENCE = timedelta(seconds=5)


class Revivals:
    def __init__(self, rows: RunningRows, offices: Offices) -> None:
        self._rows = rows
        self._offices = offices

    async def revive(self, order: UpkeepOrder, temporal: Client, task_queue: str) -> RevivedWorkflows:
        """Begin anew what ought to run and doesn't. May be repeated: what runs is left alone."""
        since = max(order.since - _LATE, order.at - _FURTHEST) if order.since else order.at - _FURTHEST
        late = order.at - _LATE
        reviver = _Reviver(
            temporal, task_queue, {office.code: list(office.prefixes) for office in await self._offices.all()}
        )
        vehicles = {row.id: row for row in await self._rows.past_deadline(late)}
        bans = {ban.id: ban for ban in await self._rows.ended_bans(late)}
        async for ids in _ended(temporal, VEHICLE, since):
            vehicles |= {row.id: row for row in await self._rows.of(ids)}
        async for ids in _ended(temporal, BAN, since):
            bans |= {ban.id: ban for ban in await self._rows.bans(ids)}
        revived = await _few_at_once(reviver.vehicle(row) for row in vehicles.values())
        lifted = await _few_at_once(reviver.ban(ban) for ban in bans.values())
        return RevivedWorkflows(len(vehicles) + len(bans), revived, lifted)


class _Reviver:
    """Begins workflows anew, each if it does not run."""

    def __init__(self, temporal: Client, task_queue: str, prefixes: dict[str, list[str]]) -> None:
        self._temporal = temporal
        self._task_queue = task_queue
        self._prefixes = prefixes

    async def vehicle(self, row: RunningRow) -> bool:
        given = VehicleInput(str(row.id), row.office_code, row.policy, self._prefixes.get(row.office_code, []))
        if await self._runs(vehicle_workflow_id(given.preselection_id)):
            return False
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            VEHICLE, given, task_queue=self._task_queue, **vehicle_options(given, Stage(row.stage))
        )
        # Any run may answer: `begin` only reads the row of what has begun already.
        begin = Begin(request_id=str(uuid5(NAMESPACE_URL, f"upkeep:{row.id}:{activity.info().workflow_run_id}")))
        try:
            await self._temporal.execute_update_with_start_workflow(
                "begin", begin, start_workflow_operation=start, result_type=Acted, rpc_timeout=_PATIENCE
            )
        except WorkflowUpdateFailedError:
            # Another buyer's preselection runs for this vehicle by now.
            log.warning("not revived", preselection_id=str(row.id))
            return False
        log.info("vehicle revived", preselection_id=str(row.id), stage=row.stage)
        return True

    async def ban(self, ban: RunningBan) -> bool:
        given = BlacklistInput(str(ban.id), str(ban.preselection_id), ban.until)
        if await self._runs(blacklist_workflow_id(given.entry_id)):
            return False
        try:
            await self._temporal.start_workflow(
                BAN, given, task_queue=self._task_queue, rpc_timeout=_PATIENCE, **ban_options(given, ban.office_code)
            )
        except WorkflowAlreadyStartedError:
            return False
        log.info("ban revived", entry_id=given.entry_id)
        return True

    async def _runs(self, workflow_id: str) -> bool:
        try:
            found = await self._temporal.get_workflow_handle(workflow_id).describe(rpc_timeout=_PATIENCE)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        activity.heartbeat()
        return found.status is WorkflowExecutionStatus.RUNNING


async def _ended(temporal: Client, kind: str, since: datetime) -> AsyncIterator[list[UUID]]:
    """The ids that these workflows are about, by the page."""
    query = _ENDED_FROM_OUTSIDE.format(kind=kind, since=format_instant(since))
    ids: list[UUID] = []
    async for run in temporal.list_workflows(query, page_size=MOST):
        # Somebody may have started one by hand, under a name of their own.
        with suppress(ValueError):
            ids.append(UUID(run.id.partition("-")[2]))
        if len(ids) == MOST:
            yield ids
            ids = []
            activity.heartbeat()
    if ids:
        yield ids


async def _few_at_once(doing: Iterable[Awaitable[bool]]) -> int:
    """Do it all, a few at a time; tells how many were true. Raises what one of them has raised, after the others."""
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(each: Awaitable[bool]) -> bool:
        async with few:
            return await each

    done = await asyncio.gather(*(one(each) for each in doing), return_exceptions=True)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return done.count(True)
