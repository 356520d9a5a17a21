"""API dependencies, created once per process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis
from temporalio.client import Client

from api.limits.call_counts import CallCounts
from api.limits.ip_throttle import IpThrottle
from api.limits.streams import OpenStreams
from api.offices.directory import OfficeDirectory
from config.settings import Settings
from config.temporal import connect
from documents.voucher_keys import VoucherKeys
from domain.policy import Policy
from domain.sms import SmsGateway
from gateways.identity.provider import Verifier
from gateways.vehicle_registry import VehicleRegistry
from operations.context import OperationsContext
from process.clock import Clock, system_clock
from storage.bans.repository import BanRepository
from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.seals import MessageSeals
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.offices.offices import Offices
from storage.pool.keyboard import KeyboardSnapshots
from storage.pool.segments import SegmentRepository
from storage.postgres.database import Database
from storage.preselections.decisions import Decisions
from storage.preselections.desk import DeskRecords
from storage.preselections.desk_reasons import DeskReasons
from storage.preselections.failed_checks import FailedChecks
from storage.preselections.idempotency import Idempotency
from storage.preselections.lagging import LaggingWorkflows
from storage.preselections.rows import Preselections
from storage.redis.announcements import Announcements
from storage.redis.client import make_redis
from storage.redis.rate_windows import RateWindows
from storage.repositories import Repositories
from storage.sms.code_sender import CodeSender
from storage.sms.codes import Codes
from storage.sms.quota import ServiceCodes
from workflows.client import VehicleClient

CONNECTIONS = 20


@dataclass(frozen=True)
class Gateways:
    """External systems."""

    sms: SmsGateway
    registry: VehicleRegistry
    verifier: Verifier


@dataclass(frozen=True)
class Parts:
    settings: Settings
    clock: Clock
    policy: Policy
    """The deployment's policy, which an office may override."""
    gateways: Gateways
    temporal: Client
    database: Database
    redis: Redis
    keyed_hash: KeyedHash
    hashes: PersonalHashes
    directory: OfficeDirectory
    offices: Offices
    segments: SegmentRepository
    preselections: Preselections
    decisions: Decisions
    codes: Codes
    bans: BanRepository
    failed_checks: FailedChecks
    idempotency: Idempotency
    keyboards: KeyboardSnapshots
    call_counts: CallCounts
    ip_throttle: IpThrottle
    code_sender: CodeSender
    announcements: Announcements
    streams: OpenStreams
    vouchers: VoucherKeys
    desk_records: DeskRecords
    desk_reasons: DeskReasons
    operations: OperationsContext
    vehicles: VehicleClient
    lagging: LaggingWorkflows


@asynccontextmanager
async def parts_of(
    settings: Settings, gateways: Gateways, keys: Keys, *, clock: Clock = system_clock
) -> AsyncIterator[Parts]:
    """The dependencies for these settings, closed at the end. No server has to respond yet."""
    database = Database(settings.database_url, pool_size=CONNECTIONS, application_name="xuanhao-api")
    redis = make_redis(settings.redis_url)
    parts = assembled(
        settings,
        gateways,
        keys,
        clock=clock,
        database=database,
        redis=redis,
        temporal=await connect(settings, lazy=True),
    )
    try:
        yield parts
    finally:
        await parts.announcements.close()
        await redis.aclose()
        await database.close()


def assembled(
    settings: Settings,
    gateways: Gateways,
    keys: Keys,
    *,
    clock: Clock,
    database: Database,
    redis: Redis,
    temporal: Client,
) -> Parts:
    """The dependencies with these connections."""
    offices, hashes = Offices(database), PersonalHashes(keys.hashes)
    policy, windows = Policy().with_overrides(settings.policy), RateWindows(redis)
    return Parts(
        settings=settings,
        clock=clock,
        policy=policy,
        gateways=gateways,
        temporal=temporal,
        database=database,
        redis=redis,
        keyed_hash=keys.hashes,
        hashes=hashes,
        directory=OfficeDirectory(offices, clock),
        offices=offices,
        segments=SegmentRepository(database),
        preselections=Preselections(database, keys),
        decisions=Decisions(database, keys),
        vehicles=VehicleClient(temporal, settings.task_queue, MessageSeals(keys.hashes)),
        lagging=LaggingWorkflows(database),
        codes=Codes(database),
        bans=BanRepository(database, keys),
        failed_checks=FailedChecks(database),
        idempotency=Idempotency(database, keys),
        call_counts=CallCounts(windows, hashes),
        ip_throttle=IpThrottle(windows, hashes, proxies=settings.proxy_networks, limit=policy.address_per_minute),
        code_sender=CodeSender(Codes(database), ServiceCodes(windows, policy.codes_per_minute), hashes, gateways.sms),
        keyboards=KeyboardSnapshots(database, redis),
        announcements=Announcements(redis),
        streams=OpenStreams(settings.streams_per_account),
        vouchers=VoucherKeys.from_content(key_source(settings.key_file, settings.keys).read()),
        desk_records=DeskRecords(database),
        desk_reasons=DeskReasons(database, keys),
        operations=OperationsContext.build(settings, Repositories.build(database, redis, keys), temporal),
    )
