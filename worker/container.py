"""The dependencies of the activities, created once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx

from activities.appeals import AppealActivities
from activities.bans import BanActivities
from activities.clock import WorkerClock
from activities.deadlines import DeadlineActivities, LastDays
from activities.decide.decide import DecisionRunner
from activities.fair_draws import FairDraws
from activities.identity import IdentityActivities
from activities.maintenance.closed_days import ClosedDays
from activities.maintenance.fairness import DayPublisher, FairnessActivities
from activities.maintenance.figures import FigureActivities
from activities.maintenance.maintenance import MaintenanceActivities, MaintenanceRepositories, MaintenanceRules
from activities.maintenance.missed_deadlines import MissedDeadlines
from activities.maintenance.orphans import OrphanedWorkflows
from activities.notifications import NotificationActivities
from activities.plates import PlateActivities
from activities.records import RecordActivities
from config.settings import Settings
from domain.durations import Duration, parse_duration
from domain.policy import Policy
from domain.sms import SmsGateway
from gateways.sms.choice import sms_gateway
from process.clock import Clock, system_clock
from process.metrics import GatewayMetrics
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.fairness.archive import LogArchive
from storage.fairness.export import DayExport
from storage.fairness.keeper import FairnessKeeper
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from storage.sms.code_sender import CodeSender
from storage.sms.quota import ServiceCodes
from storage.waiting_room.measure import RoomMeasure
from worker.figures import count_decision

if TYPE_CHECKING:
    from config.spans import Tracing

CONNECTIONS = 20
DEFAULT_CLOCK_SKEW = timedelta(seconds=30)
DEFAULT_FAIRNESS_DAY = parse_duration("P1D")
DEFAULT_RULES = MaintenanceRules(retention=parse_duration("P3Y"), keyboard_age=Policy().keyboard_snapshot)


@dataclass(frozen=True)
class WorkerContainer:
    """The dependencies of one worker process."""

    repositories: Repositories
    http: httpx.AsyncClient
    sms: SmsGateway
    rules: MaintenanceRules = DEFAULT_RULES
    codes_per_minute: int | None = None
    """For the whole service; an office can't override it."""
    clock: Clock = system_clock
    fairness_day: Duration = DEFAULT_FAIRNESS_DAY
    clock_skew: timedelta | None = DEFAULT_CLOCK_SKEW
    """How much a workflow's time may differ from `clock`; None if a test skips time."""

    @classmethod
    def from_settings(cls, settings: Settings, tracing: "Tracing | None" = None) -> "WorkerContainer":
        database = Database(
            settings.database_url,
            pool_size=settings.database_connections or CONNECTIONS,
            application_name="xuanhao-worker",
            transaction_pooling=settings.database_transaction_pooling,
            tracer=tracing.tracer if tracing else None,
        )
        keys = Keys.from_source(key_source(settings.key_file, settings.keys))
        repositories = Repositories.build(
            database, make_redis(settings.redis_url, most_connections=settings.redis_connections), keys
        )
        http = httpx.AsyncClient()
        sms = sms_gateway(settings, http, repositories.sms_outbox, observer=GatewayMetrics(), clock=system_clock)
        policy = Policy().with_overrides(settings.policy)
        rules = MaintenanceRules(parse_duration(settings.retention), policy.keyboard_snapshot)
        skew = parse_duration(settings.clock_skew).timedelta()
        day = parse_duration(settings.fairness_day)
        return cls(repositories, http, sms, rules, policy.codes_per_minute, fairness_day=day, clock_skew=skew)

    @property
    def worker_clock(self) -> WorkerClock:
        return WorkerClock(self.clock, self.clock_skew)

    def fairness_keeper(self) -> FairnessKeeper:
        """What keeps draws verifiable besides the draws themselves."""
        repos = self.repositories
        return FairnessKeeper(
            repos.fairness_days, repos.pool_log, repos.pool_index, repos.segments, length=self.fairness_day
        )

    def day_publisher(self) -> DayPublisher:
        database = self.repositories.database
        return DayPublisher(self.repositories.fairness_days, DayExport(database), LogArchive(database))

    def activities(self) -> list[Callable[..., Any]]:
        """The activities of all ports, bound to their dependencies."""
        repos = self.repositories
        runner = self._decision_runner()
        records = RecordActivities(runner, repos.vehicle_histories)
        fair_draws = FairDraws(repos.fairness_days, self.fairness_day)
        plates = PlateActivities(runner, repos.segments, repos.calendars, repos.claims, fair_draws)
        identity = IdentityActivities(
            runner,
            repos.codes,
            CodeSender(repos.codes, ServiceCodes(repos.rate_windows, self.codes_per_minute), repos.hashes, self.sms),
        )
        bans = self._ban_activities()
        notifications = NotificationActivities(
            repos.preselections,
            repos.offices,
            repos.bans,
            repos.appeals,
            deliveries=repos.sms_deliveries,
            gateway=self.sms,
            clock=self.worker_clock,
        )
        deadlines = DeadlineActivities(self._last_days(), repos.message_seals, self.worker_clock)
        return [
            records.open, records.move, records.settle,
            plates.draw, plates.compose, plates.put_aside, plates.reserve,
            identity.send_code, identity.confirm,
            bans.ban, bans.release,
            AppealActivities(repos.appeals, self.worker_clock).settle,
            notifications.send,
            deadlines.postpone,
            *self._maintenance(),
        ]  # fmt: skip

    def _last_days(self) -> LastDays:
        repos = self.repositories
        return LastDays(repos.reservations, repos.calendars, repos.message_seals)

    def _ban_activities(self) -> BanActivities:
        repos = self.repositories
        return BanActivities(repos.bans, repos.preselections, repos.message_seals, self.worker_clock)

    def _decision_runner(self) -> DecisionRunner:
        repos = self.repositories
        return DecisionRunner(
            repos.decisions,
            repos.vehicle_histories,
            repos.pool_index,
            repos.announcements,
            seals=repos.message_seals,
            clock=self.worker_clock,
            observe=count_decision,
        )

    def _maintenance(self) -> list[Callable[..., Any]]:
        repos = self.repositories
        stores = MaintenanceRepositories(
            seals=repos.audit_seals,
            months=repos.audit_months,
            segments=repos.segments,
            keyboards=repos.keyboards,
            reconciler=repos.pool_reconciler,
            expired=repos.expired_rows,
            retention=repos.retention,
            deliveries=repos.sms_deliveries,
            calendars=repos.calendar_entries,
            closed_days=ClosedDays(repos.calendar_entries, repos.audit_trail, self._last_days()),
            orphans=self.orphaned_workflows(),
        )
        work = MaintenanceActivities(stores, self.rules, self.worker_clock)
        fairness = FairnessActivities(self.day_publisher(), self.worker_clock)
        figures = FigureActivities(
            repos.rollup_writer,
            repos.pool_records,
            repos.offices,
            RoomMeasure(repos.database, repos.waiting_places),
            clock=self.worker_clock,
        )
        return [
            work.seal_audit, work.refresh_keyboards, work.compare_indexes, work.remove_expired,
            work.purge_people, work.revive_workflows, work.resync_vehicles,
            work.count_open_texts, work.check_calendar, fairness.publish_days,
            figures.count_figures,
        ]  # fmt: skip

    def orphaned_workflows(self) -> OrphanedWorkflows:
        repos = self.repositories
        return OrphanedWorkflows(
            repos.expected_workflows,
            repos.offices,
            lagging=repos.lagging_workflows,
            seals=repos.message_seals,
            appeals=repos.appeals,
            missed=MissedDeadlines(self._decision_runner(), self._ban_activities(), self.worker_clock),
            sessions=repos.ended_sessions,
        )

    async def close(self) -> None:
        await self.http.aclose()
        await self.repositories.close()
