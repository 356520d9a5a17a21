"""Every repository of one process, created once over its connections and keys."""

from dataclasses import dataclass
from typing import Self

from storage.appeals.repository import AppealRepository
from storage.audit.looks import StaffLooks
from storage.audit.months import AuditMonths
from storage.audit.seals import AuditSeals
from storage.audit.staff_activity import StaffActivity
from storage.audit.trail import AuditTrail
from storage.bans.repository import BanRepository
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.seals import MessageSeals
from storage.crypto.vault import Keys
from storage.fairness.days import FairnessDays
from storage.fairness.draws import Draws
from storage.offices.calendar_entries import CalendarEntries
from storage.offices.calendars import Calendars
from storage.offices.notices import NoticePublisher
from storage.offices.offices import Offices
from storage.offices.policies import OfficePolicies
from storage.offices.register import OfficeRegister
from storage.pool.claims import Claims
from storage.pool.index import PoolIndex
from storage.pool.keyboard import KeyboardSnapshots
from storage.pool.log import PoolLog
from storage.pool.reconcile import PoolReconciler
from storage.pool.segments import SegmentRepository
from storage.pool.snapshot import PoolRecords
from storage.pool.withheld import WithheldNumbers
from storage.postgres.database import Database
from storage.preselections.decisions import Decisions
from storage.preselections.desk import DeskRecords
from storage.preselections.desk_reasons import DeskReasons
from storage.preselections.failed_checks import FailedChecks
from storage.preselections.history import VehicleHistories
from storage.preselections.idempotency import Idempotency
from storage.preselections.lagging import LaggingWorkflows
from storage.preselections.orphans import ExpectedWorkflows
from storage.preselections.reservations import Reservations
from storage.preselections.rows import Preselections
from storage.redis.announcements import Announcements
from storage.redis.client import RedisClient
from storage.redis.rate_windows import RateWindows
from storage.retention.expired_rows import ExpiredRows
from storage.retention.person_records import PersonRecords
from storage.retention.purge import Retention
from storage.rollups.reader import RollupReader
from storage.rollups.writer import RollupWriter
from storage.sessions.ended_sessions import EndedSessions
from storage.sms.codes import Codes
from storage.sms.deliveries import SmsDeliveries
from storage.sms.outbox import SmsOutbox
from storage.sms.receipts import SmsReceipts
from storage.staff.persons import StaffPersons
from storage.staff.requests import OperatorRequests
from storage.waiting_room.places import WaitingPlaces
from storage.waiting_room.rooms import WaitingRooms


@dataclass(frozen=True)
class Repositories:
    """The connections, the keys, and everything that reads or writes with them. Close it when the process ends."""

    database: Database
    redis: RedisClient
    keys: Keys
    hashes: PersonalHashes
    message_seals: MessageSeals
    announcements: Announcements
    appeals: AppealRepository
    audit_months: AuditMonths
    audit_seals: AuditSeals
    audit_trail: AuditTrail
    bans: BanRepository
    calendar_entries: CalendarEntries
    calendars: Calendars
    claims: Claims
    codes: Codes
    decisions: Decisions
    desk_reasons: DeskReasons
    desk_records: DeskRecords
    ended_sessions: EndedSessions
    expected_workflows: ExpectedWorkflows
    expired_rows: ExpiredRows
    fair_draws: Draws
    fairness_days: FairnessDays
    failed_checks: FailedChecks
    idempotency: Idempotency
    keyboards: KeyboardSnapshots
    lagging_workflows: LaggingWorkflows
    notice_publisher: NoticePublisher
    office_policies: OfficePolicies
    office_register: OfficeRegister
    offices: Offices
    operator_requests: OperatorRequests
    person_records: PersonRecords
    pool_index: PoolIndex
    pool_log: PoolLog
    pool_reconciler: PoolReconciler
    pool_records: PoolRecords
    preselections: Preselections
    rate_windows: RateWindows
    reservations: Reservations
    retention: Retention
    rollups: RollupReader
    rollup_writer: RollupWriter
    segments: SegmentRepository
    sms_deliveries: SmsDeliveries
    sms_outbox: SmsOutbox
    sms_receipts: SmsReceipts
    staff_activity: StaffActivity
    staff_looks: StaffLooks
    staff_persons: StaffPersons
    vehicle_histories: VehicleHistories
    waiting_places: WaitingPlaces
    waiting_rooms: WaitingRooms
    withheld: WithheldNumbers

    @classmethod
    def build(cls, database: Database, redis: RedisClient, keys: Keys) -> Self:
        pool_index = PoolIndex(redis)
        return cls(
            database=database,
            redis=redis,
            keys=keys,
            hashes=PersonalHashes(keys.hashes),
            message_seals=MessageSeals(keys.hashes),
            announcements=Announcements(redis),
            appeals=AppealRepository(database, keys),
            audit_months=AuditMonths(database),
            audit_seals=AuditSeals(database),
            audit_trail=AuditTrail(database),
            bans=BanRepository(database, keys),
            calendar_entries=CalendarEntries(database),
            calendars=Calendars(database),
            claims=Claims(database),
            codes=Codes(database),
            decisions=Decisions(database, keys),
            desk_reasons=DeskReasons(database, keys),
            desk_records=DeskRecords(database),
            ended_sessions=EndedSessions(database, PersonalHashes(keys.hashes)),
            expected_workflows=ExpectedWorkflows(database),
            expired_rows=ExpiredRows(database),
            fair_draws=Draws(database),
            fairness_days=FairnessDays(database, keys),
            failed_checks=FailedChecks(database),
            idempotency=Idempotency(database, keys),
            keyboards=KeyboardSnapshots(database, redis),
            lagging_workflows=LaggingWorkflows(database),
            notice_publisher=NoticePublisher(database),
            office_policies=OfficePolicies(database),
            office_register=OfficeRegister(database),
            offices=Offices(database),
            operator_requests=OperatorRequests(database),
            person_records=PersonRecords(database, keys),
            pool_index=pool_index,
            pool_log=PoolLog(database, redis),
            pool_reconciler=PoolReconciler(database, redis),
            pool_records=PoolRecords(database),
            preselections=Preselections(database, keys),
            rate_windows=RateWindows(redis),
            reservations=Reservations(database, keys),
            retention=Retention(database, keys),
            rollups=RollupReader(database),
            rollup_writer=RollupWriter(database),
            segments=SegmentRepository(database),
            sms_deliveries=SmsDeliveries(database),
            sms_outbox=SmsOutbox(database, keys),
            sms_receipts=SmsReceipts(database, redis),
            staff_activity=StaffActivity(database),
            staff_looks=StaffLooks(database),
            staff_persons=StaffPersons(database),
            vehicle_histories=VehicleHistories(database),
            waiting_places=WaitingPlaces(redis, PersonalHashes(keys.hashes)),
            waiting_rooms=WaitingRooms(database),
            withheld=WithheldNumbers(database, pool_index),
        )

    async def close(self) -> None:
        await self.announcements.close()
        await self.redis.aclose()
        await self.database.close()
