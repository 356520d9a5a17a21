"""The dependencies of the activities, created once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from redis.asyncio import Redis

from activities.bans import BanActivities
from activities.deadlines import DeadlineActivities
from activities.decide.decide import DecisionRunner
from activities.identity import IdentityActivities
from activities.maintenance.maintenance import UpkeepActivities, UpkeepRules, UpkeepStores
from activities.maintenance.orphans import OrphanedWorkflows
from activities.notifications import NotificationActivities
from activities.plates import PlateActivities
from activities.records import RecordActivities
from config.settings import Settings
from domain.durations import parse_duration
from domain.policy import Policy
from gateways.sms import HttpSms, LocalSms, SmsGateway
from process.clock import Clock, system_clock
from storage.audit.seals import AuditSeals
from storage.bans.repository import BanRepository
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.seals import MessageSeals
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.offices.calendar_entries import CalendarEntries
from storage.offices.calendars import Calendars
from storage.offices.offices import Offices
from storage.pool.claims import Claims
from storage.pool.index import PoolIndex
from storage.pool.keyboard import KeyboardSnapshots
from storage.pool.reconcile import IndexKeeper
from storage.pool.segments import SegmentRepository
from storage.postgres.database import Database
from storage.preselections.decisions import Decisions
from storage.preselections.history import VehicleHistories
from storage.preselections.lagging import LaggingWorkflows
from storage.preselections.orphans import ExpectedWorkflows
from storage.preselections.reservations import Reservations
from storage.preselections.rows import Preselections
from storage.redis.announcements import Announcements
from storage.redis.client import make_redis
from storage.redis.rate_windows import RateWindows
from storage.retention.expired_rows import ExpiredRows
from storage.retention.purge import Retention
from storage.sms.codes import Codes
from storage.sms.deliveries import SmsDeliveries
from storage.sms.outbox import SmsOutbox
from storage.sms.quota import ServiceCodes

DEFAULT_CLOCK_SKEW = timedelta(seconds=30)
DEFAULT_RULES = UpkeepRules(retention=parse_duration("P3Y"), keyboard_age=Policy().keyboard_snapshot)


@dataclass(frozen=True)
class Parts:
    """The dependencies of one worker process."""

    database: Database
    redis: Redis
    keys: Keys
    http: httpx.AsyncClient
    sms: SmsGateway
    rules: UpkeepRules = DEFAULT_RULES
    codes_per_minute: int | None = None
    """For the whole service; an office can't override it."""
    clock: Clock = system_clock
    clock_skew: timedelta | None = DEFAULT_CLOCK_SKEW
    """How much a workflow's time may differ from `clock`; None if a test skips time."""

    @classmethod
    def from_settings(cls, settings: Settings) -> "Parts":
        database = Database(settings.database_url, pool_size=20, application_name="xuanhao-worker")
        keys = Keys.from_source(key_source(settings.key_file, settings.keys))
        http = httpx.AsyncClient()
        sms = HttpSms(settings.sms_url, http) if settings.sms_url else LocalSms(SmsOutbox(database, keys))
        policy = Policy().with_overrides(settings.policy)
        rules = UpkeepRules(parse_duration(settings.retention), policy.keyboard_snapshot)
        redis = make_redis(settings.redis_url)
        skew = parse_duration(settings.clock_skew).timedelta()
        return cls(database, redis, keys, http, sms, rules, policy.codes_per_minute, clock_skew=skew)

    def activities(self) -> list[Callable[..., Any]]:
        """The activities of all ports, bound to their dependencies."""
        database, keys = self.database, self.keys
        preselections, codes, seals = Preselections(database, keys), Codes(database), MessageSeals(keys.hashes)
        histories, calendars = VehicleHistories(database), Calendars(database)
        ban_repository = BanRepository(database, keys)
        runner = DecisionRunner(
            Decisions(database, keys),
            histories,
            PoolIndex(self.redis),
            Announcements(self.redis),
            seals=seals,
            clock=self.clock,
            clock_skew=self.clock_skew,
        )
        records = RecordActivities(runner, histories)
        plates = PlateActivities(runner, SegmentRepository(database), calendars, Claims(database))
        identity = IdentityActivities(
            runner,
            codes,
            service_codes=ServiceCodes(RateWindows(self.redis), self.codes_per_minute),
            hashes=PersonalHashes(keys.hashes),
            gateway=self.sms,
        )
        bans = BanActivities(ban_repository, preselections, seals, self.clock, self.clock_skew)
        notifications = NotificationActivities(
            preselections, Offices(database), ban_repository, deliveries=SmsDeliveries(database), gateway=self.sms
        )
        deadlines = DeadlineActivities(Reservations(database, keys), calendars, seals)
        return [
            records.open, records.move, records.settle,
            plates.draw, plates.compose, plates.put_aside, plates.reserve,
            identity.send_code, identity.confirm,
            bans.ban, bans.release,
            notifications.send,
            deadlines.postpone,
            *self._upkeep(),
        ]  # fmt: skip

    def _upkeep(self) -> list[Callable[..., Any]]:
        stores = UpkeepStores(
            seals=AuditSeals(self.database),
            segments=SegmentRepository(self.database),
            keyboards=KeyboardSnapshots(self.database, self.redis),
            keeper=self.index_keeper(),
            expired=ExpiredRows(self.database),
            retention=Retention(self.database, self.keys),
            deliveries=SmsDeliveries(self.database),
            calendars=CalendarEntries(self.database),
            orphans=self.orphaned_workflows(),
        )
        upkeep = UpkeepActivities(stores, self.rules)
        return [
            upkeep.seal_audit, upkeep.refresh_keyboards, upkeep.compare_indexes, upkeep.remove_expired,
            upkeep.purge_people, upkeep.revive_workflows, upkeep.resync_vehicles,
            upkeep.count_open_texts, upkeep.check_calendar,
        ]  # fmt: skip

    def orphaned_workflows(self) -> OrphanedWorkflows:
        rows, lagging = ExpectedWorkflows(self.database), LaggingWorkflows(self.database)
        return OrphanedWorkflows(rows, Offices(self.database), lagging, MessageSeals(self.keys.hashes))

    def index_keeper(self) -> IndexKeeper:
        return IndexKeeper(self.database, self.redis)

    async def close(self) -> None:
        await self.http.aclose()
        await self.redis.aclose()
        await self.database.close()
