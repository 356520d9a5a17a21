"""API dependencies, created once per process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from temporalio.client import Client

from api.auth.identity_rules import longest_lifetime
from api.auth.live_sessions import LiveSessions
from api.limits.admission import Admission
from api.limits.bounded_dict import BoundedDict
from api.limits.call_counts import CallCounts
from api.limits.call_rate import CallRate
from api.limits.ip_throttle import IpThrottle
from api.limits.places import Places
from api.limits.streams import OpenStreams
from api.offices.directory import OfficeDirectory
from api.preselections.voucher_drawing import VoucherDrawer
from api.waiting_room.directory import RoomDirectory
from config.settings import Settings
from config.temporal import connect
from documents.voucher_facts import VoucherFacts, VoucherProof
from documents.voucher_keys import VoucherKeys
from domain.sms import SmsGateway
from gateways.identity.provider import Verifier
from gateways.vehicle_registry import VehicleRegistry
from operations.context import OperationsContext
from process.clock import Clock, system_clock
from process.metrics import DATABASE_CONNECTIONS, DATABASE_WAIT
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from storage.sms.code_sender import CodeSender
from storage.sms.quota import ServiceCodes

if TYPE_CHECKING:
    from config.spans import Tracing

CONNECTIONS = 20
PAGES_KEPT = 100
"""Drawn vouchers of up to 200 KB each."""

DrawnPages = BoundedDict[tuple[VoucherFacts, VoucherProof], bytes]


@dataclass(frozen=True)
class Gateways:
    """External systems."""

    sms: SmsGateway
    registry: VehicleRegistry
    verifier: Verifier


@dataclass(frozen=True)
class AppContext:
    settings: Settings
    clock: Clock
    gateways: Gateways
    temporal: Client
    repositories: Repositories
    directory: OfficeDirectory
    call_counts: CallCounts
    live_sessions: LiveSessions
    ip_throttle: IpThrottle
    code_sender: CodeSender
    streams: OpenStreams
    downloads: Places
    admission: Admission
    call_rate: CallRate
    drawn_pages: DrawnPages
    voucher_drawer: VoucherDrawer
    vouchers: VoucherKeys
    waiting_rooms: RoomDirectory
    operations: OperationsContext
    tracing: "Tracing | None" = None

    @classmethod
    def build(
        cls,
        settings: Settings,
        gateways: Gateways,
        repositories: Repositories,
        temporal: Client,
        clock: Clock,
        tracing: "Tracing | None" = None,
    ) -> Self:
        """The dependencies with these connections."""
        hashes, windows = repositories.hashes, repositories.rate_windows
        operations = OperationsContext.build(settings, repositories, temporal)
        policy = operations.policy
        service_codes = ServiceCodes(windows, policy.codes_per_minute)
        return cls(
            settings=settings,
            clock=clock,
            gateways=gateways,
            temporal=temporal,
            repositories=repositories,
            directory=OfficeDirectory(repositories.offices, clock),
            call_counts=CallCounts(windows, hashes),
            live_sessions=LiveSessions(repositories.ended_sessions, hashes, clock, longest_lifetime(settings)),
            ip_throttle=IpThrottle(windows, hashes, proxies=settings.proxy_networks, limit=policy.address_per_minute),
            code_sender=CodeSender(repositories.codes, service_codes, hashes, gateways.sms),
            streams=OpenStreams(settings.streams_per_account),
            downloads=Places(at_once=16, each=4),
            admission=Admission(),
            call_rate=CallRate(policy),
            drawn_pages=BoundedDict(PAGES_KEPT),
            voucher_drawer=VoucherDrawer(settings.log_level),
            vouchers=VoucherKeys.from_content(key_source(settings.key_file, settings.keys).read()),
            waiting_rooms=RoomDirectory(repositories.waiting_rooms, clock),
            operations=operations,
            tracing=tracing,
        )


@asynccontextmanager
async def open_context(
    settings: Settings,
    gateways: Gateways,
    keys: Keys,
    *,
    clock: Clock = system_clock,
    tracing: "Tracing | None" = None,
) -> AsyncIterator[AppContext]:
    """The dependencies for these settings, closed at the end. No server has to respond yet."""
    database = Database(
        settings.database_url,
        pool_size=settings.database_connections or CONNECTIONS,
        application_name="xuanhao-api",
        transaction_pooling=settings.database_transaction_pooling,
        tracer=tracing.tracer if tracing else None,
    )
    database.observe_wait = DATABASE_WAIT.observe
    DATABASE_CONNECTIONS.set_function(lambda: database.at_work)
    repositories = Repositories.build(
        database, make_redis(settings.redis_url, most_connections=settings.redis_connections), keys
    )
    temporal = await connect(settings, lazy=True, tracing=tracing)
    context = AppContext.build(settings, gateways, repositories, temporal, clock, tracing)
    try:
        yield context
    finally:
        await context.voucher_drawer.close()
        await context.live_sessions.close()
        await repositories.close()
