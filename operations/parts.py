"""Dependencies of the operators' commands, created once."""

from dataclasses import dataclass

from redis.asyncio import Redis
from temporalio.client import Client

from config.settings import Settings
from domain.policy import Policy
from operations.workflow_addresses import WorkflowAddresses
from storage.audit.staff_activity import StaffActivity
from storage.audit.trail import AuditTrail
from storage.bans.repository import BanRepository
from storage.crypto.seals import MessageSeals
from storage.crypto.vault import Keys
from storage.offices.calendar_entries import CalendarEntries
from storage.offices.calendars import Calendars
from storage.offices.offices import Offices
from storage.pool.index import PoolIndex
from storage.pool.reconcile import IndexKeeper
from storage.pool.segments import SegmentRepository
from storage.pool.snapshot import PoolRecords
from storage.pool.withheld import WithheldNumbers
from storage.postgres.database import Database
from storage.preselections.reservations import Reservations
from storage.preselections.rows import Preselections
from storage.retention.person_records import PersonRecords
from storage.sms.deliveries import SmsDeliveries
from workflows.client import VehicleClient


@dataclass(frozen=True)
class OperationParts:
    """Repositories, the pool's index, and the way to workflows."""

    temporal: Client
    task_queue: str
    addresses: WorkflowAddresses
    policy: Policy
    """The deployment's policy, which an office may override."""
    database: Database
    offices: Offices
    segments: SegmentRepository
    pool: PoolRecords
    keeper: IndexKeeper
    withheld: WithheldNumbers
    calendars: Calendars
    calendar_entries: CalendarEntries
    bans: BanRepository
    preselections: Preselections
    reservations: Reservations
    audit: AuditTrail
    keys: Keys
    people: PersonRecords
    staff_activity: StaffActivity
    sms_deliveries: SmsDeliveries
    seals: MessageSeals
    vehicles: VehicleClient


def operation_parts(
    settings: Settings, *, database: Database, redis: Redis, temporal: Client, keys: Keys
) -> OperationParts:
    """The dependencies with these connections."""
    seals = MessageSeals(keys.hashes)
    return OperationParts(
        temporal=temporal,
        task_queue=settings.task_queue,
        addresses=WorkflowAddresses.from_settings(settings),
        policy=Policy().with_overrides(settings.policy),
        database=database,
        offices=Offices(database),
        segments=SegmentRepository(database),
        pool=PoolRecords(database),
        keeper=IndexKeeper(database, redis),
        withheld=WithheldNumbers(database, PoolIndex(redis)),
        calendars=Calendars(database),
        calendar_entries=CalendarEntries(database),
        bans=BanRepository(database, keys),
        preselections=Preselections(database, keys),
        reservations=Reservations(database, keys),
        audit=AuditTrail(database),
        keys=keys,
        people=PersonRecords(database, keys),
        staff_activity=StaffActivity(database),
        sms_deliveries=SmsDeliveries(database),
        seals=seals,
        vehicles=VehicleClient(temporal, settings.task_queue, seals),
    )
