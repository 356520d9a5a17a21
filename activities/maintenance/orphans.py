"""Restarts workflows that were ended by hand, and refreshes those that lag behind their rows.

None of it lists what runs as it should. Temporal is asked for runs that were closed since the last check, and for the
stages that lately changed vehicles show. A workflow that is missing in Temporal is found by its row: a deadline that
has passed, or a ban that is over, without any effect. After a restore everything is refreshed once.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity
from temporalio.client import Client, WorkflowExecutionStatus

from activities.maintenance.missed_deadlines import MissedDeadlines
from activities.maintenance.starter import Starter, run_few_at_once
from activities.maintenance.temporal_lists import closed_runs, shown_stages
from domain.preselection.values import RUNNING, Stage
from storage.appeals.repository import AppealRepository
from storage.crypto.seals import MessageSeals
from storage.offices.offices import Offices
from storage.preselections.lagging import LaggingWorkflows
from storage.preselections.orphans import ChangedVehicle, ExpectedBan, ExpectedVehicle, ExpectedWorkflows
from storage.sessions.ended_sessions import EndedSessions
from workflows.maintenance.types import ResyncedVehicles, RevivedWorkflows, StepInput
from workflows.messages import BLACKLIST_WORKFLOW, VEHICLE_WORKFLOW
from workflows.search_attributes import search_stage

# What was missed in the last check, because Temporal's lists are a little late, is found in this one.
_OVERLAP = timedelta(minutes=5)
# A busy worker may be so late. With the step's interval it is the longest time until a missed deadline is noticed.
_LATE = timedelta(minutes=2)
# A change that is younger than this may not be listed yet.
_SETTLING = timedelta(seconds=30)
# As long as Temporal keeps ended workflows.
_FURTHEST = timedelta(days=30)
_FURTHEST_CHANGE = timedelta(hours=1)
# A decision whose signal was lost is answered within the next checks.
_ANSWERING = timedelta(hours=1)


class OrphanedWorkflows:
    def __init__(
        self,
        rows: ExpectedWorkflows,
        offices: Offices,
        *,
        lagging: LaggingWorkflows,
        appeals: AppealRepository,
        seals: MessageSeals,
        missed: MissedDeadlines,
        sessions: EndedSessions,
    ) -> None:
        self._rows = rows
        self._offices = offices
        self._lagging = lagging
        self._appeals = appeals
        self._seals = seals
        self._missed = missed
        self._sessions = sessions

    async def revive(self, order: StepInput, temporal: Client, task_queue: str) -> RevivedWorkflows:
        """Start missing workflows, make running ones reread their rows, and enforce deadlines without them.

        May be repeated.
        """
        starter = await self._starter(temporal, task_queue)
        since = _since(order, _OVERLAP, _FURTHEST)
        late = await self._rows.past_deadline(order.at - _LATE)
        vehicles = {row.id: row for row in late}
        bans = {ban.id: ban for ban in await self._rows.ended_bans(order.at - _LATE)}
        async for ended in closed_runs(temporal, VEHICLE_WORKFLOW, since):
            rows = await self._rows.of(ended)
            vehicles |= {row.id: row for row in rows if not _has_done_its_work(row, ended[row.id])}
        async for ended in closed_runs(temporal, BLACKLIST_WORKFLOW, since):
            bans |= {ban.id: ban for ban in await self._rows.bans(ended)}
        behind = await self._behind(temporal, order) - vehicles.keys()
        revived = await run_few_at_once(starter.refresh(row) for row in vehicles.values())
        revived += await self._refresh(starter, behind)
        bans |= await self._enforce(starter, late, order.at)
        released = await run_few_at_once(starter.ban(ban) for ban in bans.values())
        appeals = await self._appeals.list_unanswered(order.at - _ANSWERING)
        answered = await run_few_at_once(starter.appeal(each) for each in appeals)
        return RevivedWorkflows(len(vehicles) + len(behind) + len(bans), revived, released, answered)

    async def resync(self, order: StepInput, temporal: Client, task_queue: str) -> ResyncedVehicles:
        """Make vehicles reread their rows: all of them after a restore of the database or of Temporal.

        Sessions that the identity provider has ended may be unknown then, so everybody signs in again (decision 34).
        """
        starter = await self._starter(temporal, task_queue)
        mark, is_known = await self._lagging.advance_mark(order.mark)
        if not is_known:
            await self._sessions.refuse_earlier(order.at)
        count = 0 if is_known else await self._refresh_all(starter, order.at)
        noted = await self._lagging.list_ids()
        await self._refresh(starter, noted)
        await self._lagging.forget(noted, order.at)
        return ResyncedVehicles(mark, is_restored=not is_known, vehicles=count + len(noted))

    async def _enforce(
        self, starter: Starter, late: Collection[ExpectedVehicle], at: datetime
    ) -> dict[UUID, ExpectedBan]:
        """The bans for these deadlines; the parties' other preselections reread their rows."""
        enforced = await self._missed.enforce(late, at)
        await run_few_at_once(starter.signal(UUID(other)) for result in enforced for other in result.others)
        return {ban.id: ban for ban in await self._rows.bans([UUID(result.entry_id) for result in enforced])}

    async def _behind(self, temporal: Client, order: StepInput) -> set[UUID]:
        """Vehicles that changed since the last check and show another stage than their row, or do not run at all."""
        since, until = _since(order, _SETTLING, _FURTHEST_CHANGE), order.at - _SETTLING
        behind, last = set[UUID](), None
        while page := await self._rows.changed_vehicles(since, until, after=last):
            shown = await shown_stages(temporal, [row.id for row in page])
            behind |= {row.id for row in page if _is_behind(row, shown)}
            last = page[-1].id
            activity.heartbeat(len(behind))
        return behind

    async def _refresh(self, starter: Starter, vehicles: Collection[UUID]) -> int:
        """Refresh these; those whose row is at its end are not started for that."""
        rows = await self._rows.of(vehicles)
        ended = set(vehicles) - {row.id for row in rows}
        await run_few_at_once(starter.signal(vehicle) for vehicle in ended)
        return await run_few_at_once(starter.refresh(row) for row in rows)

    async def _refresh_all(self, starter: Starter, at: datetime) -> int:
        """Refresh what ought to run, and whatever else runs: its row may be at its end, or missing."""
        refreshed, last = set[UUID](), None
        while page := await self._rows.unfinished_vehicles(at - _FURTHEST, after=last):
            await run_few_at_once(starter.refresh(row) for row in page)
            last = page[-1].id
            refreshed |= {row.id for row in page}
            activity.heartbeat(len(refreshed))
        async for running in starter.running_vehicles():
            await run_few_at_once(starter.signal(vehicle) for vehicle in running if vehicle not in refreshed)
            refreshed |= set(running)
        return len(refreshed)

    async def _starter(self, temporal: Client, task_queue: str) -> Starter:
        prefixes = {office.code: office.prefixes for office in await self._offices.all()}
        return Starter(temporal, task_queue, self._seals, prefixes)


def _since(order: StepInput, overlap: timedelta, furthest: timedelta) -> datetime:
    earliest = order.at - furthest
    return max(order.since - overlap, earliest) if order.since else earliest


def _has_done_its_work(row: ExpectedVehicle, status: WorkflowExecutionStatus | None) -> bool:
    """Whether the workflow ended by itself and its row agrees: a missed deadline has had its effect then."""
    return row.stage == Stage.OVERDUE and status is WorkflowExecutionStatus.COMPLETED


def _is_behind(row: ChangedVehicle, shown: Mapping[UUID, str | None]) -> bool:
    """Whether the workflow shows that it does not know what its row says."""
    if row.id not in shown:
        return row.stage in RUNNING and not row.dormant
    return shown[row.id] != search_stage(row.stage)
