"""The steps of maintenance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from temporalio import activity

from activities.clock import WorkerClock
from activities.maintenance.closed_days import ClosedDays
from activities.maintenance.orphans import OrphanedWorkflows
from domain.calendar import shanghai_day
from domain.durations import Duration
from storage.audit.months import AuditMonths
from storage.audit.seals import AuditSeals
from storage.failures import IndexLost
from storage.offices.calendar_entries import CalendarEntries
from storage.partial_failures import MOST_FAILED, PartialFailures
from storage.pool.keyboard import KeyboardSnapshots
from storage.pool.reconcile import NO_DRIFT, Drift, PoolReconciler
from storage.pool.segments import SegmentRepository
from storage.retention.expired_rows import ExpiredRows
from storage.retention.purge import Retention
from storage.sms.deliveries import SmsDeliveries
from workflows.maintenance.types import (
    CheckedCalendar,
    ComparedIndexes,
    MaintenanceSteps,
    OpenSms,
    PurgedPeople,
    RefreshedKeyboards,
    RemovedRows,
    ResyncedVehicles,
    RevivedWorkflows,
    SealedAudit,
    StepInput,
)

_DAY = timedelta(days=1)
_WAITING_LONG = timedelta(minutes=10)
# Today's reservations have a last day well within this time, and notices are published two months before their year.
_AHEAD = timedelta(days=60)

log = structlog.get_logger("upkeep")


@dataclass(frozen=True)
class MaintenanceRules:
    """The retention of personal data, and the maximum age of a keyboard's snapshot."""

    retention: Duration
    keyboard_age: Duration


@dataclass(frozen=True)
class MaintenanceRepositories:
    """Dependencies of maintenance."""

    seals: AuditSeals
    months: AuditMonths
    segments: SegmentRepository
    keyboards: KeyboardSnapshots
    reconciler: PoolReconciler
    expired: ExpiredRows
    retention: Retention
    deliveries: SmsDeliveries
    calendars: CalendarEntries
    closed_days: ClosedDays
    orphans: OrphanedWorkflows


class MaintenanceActivities(MaintenanceSteps):
    """The time of each step is the worker's: a step removes what is over, and messages can invent a time."""

    def __init__(self, stores: MaintenanceRepositories, rules: MaintenanceRules, clock: WorkerClock) -> None:
        self._stores = stores
        self._rules = rules
        self._clock = clock

    @activity.defn(name="upkeep.seal_audit")
    async def seal_audit(self, order: StepInput) -> SealedAudit:
        sealed = await self._stores.seals.seal(self._clock.now(order.at))
        if sealed.is_stuck:
            log.warning("audit not sealed", remedy="xuanhao migrate")
        if sealed.last is None:
            return SealedAudit(sealed.rows)
        digest = sealed.last.digest.hex()
        if sealed.rows:
            # The log is one of the places outside the database with which a recomputed chain is detected.
            log.info("audit_sealed", rows=sealed.rows, seal=sealed.last.number, digest=digest)
        return SealedAudit(sealed.rows, sealed.last.number, digest)

    @activity.defn(name="upkeep.refresh_keyboards")
    async def refresh_keyboards(self, order: StepInput) -> RefreshedKeyboards:
        at, prefixes = self._clock.now(order.at), await self._stores.segments.revisions()
        half_its_life = (self._rules.keyboard_age.after(at) - at) / 2
        made, failures = 0, PartialFailures("keyboards", most=MOST_FAILED)
        for prefix in prefixes:
            with failures.part(prefix):
                made += await self._stores.keyboards.refresh(prefix, at, older_than=half_its_life)
            activity.heartbeat()
        failures.finish()
        return RefreshedKeyboards(made, len(prefixes))

    @activity.defn(name="upkeep.compare_indexes")
    async def compare_indexes(self, order: StepInput) -> ComparedIndexes:
        at, drifts, failures = (
            self._clock.now(order.at),
            dict[str, Drift | None](),
            PartialFailures("indexes", most=MOST_FAILED),
        )
        for prefix in await self._stores.segments.revisions():
            with failures.part(prefix):
                try:
                    drifts[prefix] = await self._stores.reconciler.check(prefix, at)
                except IndexLost:
                    drifts[prefix] = None
            activity.heartbeat(len(drifts))
        failures.finish()
        found = [drift for drift in drifts.values() if drift]
        return ComparedIndexes(
            prefixes=len(drifts),
            too_many=sum(drift.too_many for drift in found),
            too_few=sum(drift.too_few for drift in found),
            repaired=[prefix for prefix, drift in drifts.items() if drift and drift != NO_DRIFT],
            missing=[prefix for prefix, drift in drifts.items() if drift is None],
        )

    @activity.defn(name="upkeep.remove_expired")
    async def remove_expired(self, order: StepInput) -> RemovedRows:
        at, failures = self._clock.now(order.at), PartialFailures("removal")
        with failures.part("audit_months"):
            if moved := await self._stores.months.move():
                log.info("audit_rows_moved", rows=moved)
            if made := await self._stores.months.make(at):
                log.info("audit_months_made", months=made)
            if await self._stores.months.close(at):
                log.info("audit_months_closed")
        removed: Mapping[str, int] = {}
        with failures.part("expired"):
            removed = await self._stores.expired.remove(at)
            if any(removed.values()):
                log.info("rows_removed", **removed)
        failures.finish()
        return RemovedRows(**removed)

    @activity.defn(name="upkeep.purge_people")
    async def purge_people(self, order: StepInput) -> PurgedPeople:
        at = self._clock.now(order.at)
        before = self._rules.retention.before(at)
        purged = await self._stores.retention.purge(before, at)
        if any(vars(purged).values()):
            log.info("people_purged", **vars(purged))
        return PurgedPeople(before, **vars(purged))

    @activity.defn(name="upkeep.revive_workflows")
    async def revive_workflows(self, order: StepInput) -> RevivedWorkflows:
        order = replace(order, at=self._clock.now(order.at))
        return await self._stores.orphans.revive(order, activity.client(), activity.info().task_queue)

    @activity.defn(name="upkeep.resync_vehicles")
    async def resync_vehicles(self, order: StepInput) -> ResyncedVehicles:
        order = replace(order, at=self._clock.now(order.at))
        resynced = await self._stores.orphans.resync(order, activity.client(), activity.info().task_queue)
        if resynced.is_restored:
            log.warning("vehicles_resynced", vehicles=resynced.vehicles, mark=resynced.mark)
        return resynced

    @activity.defn(name="upkeep.count_open_texts")
    async def count_open_texts(self, order: StepInput) -> OpenSms:
        at = self._clock.now(order.at)
        found = await self._stores.deliveries.open_at(at, waiting_since=at - _WAITING_LONG, given_up_after=at - _DAY)
        return OpenSms(found.waiting, found.given_up)

    @activity.defn(name="upkeep.check_calendar")
    async def check_calendar(self, order: StepInput) -> CheckedCalendar:
        at, calendars = self._clock.now(order.at), self._stores.calendars
        today, last = shanghai_day(at), await calendars.latest_last_day()
        years = list(range(today.year, max(last or today, today + _AHEAD).year + 1))
        provisional = [year for year in years if not await calendars.is_official(year)]
        return CheckedCalendar(years, provisional, moved=await self._stores.closed_days.move_last_days(at))
