"""Checks an installation step by step, and prepares what is missing. Every step may be repeated.

A step says what it found and, where it is not well, the remedy. It never shows an address or a key.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from config.key_marks import require_keys_of_mode
from config.settings import Settings, SettingsError
from config.temporal import connect
from config.temporal_setup import (
    RETENTION,
    ensure_namespace,
    ensure_search_attributes,
    missing_search_attributes,
    retention_of,
)
from domain.dependencies import DependencyUnavailable
from operations.holiday_calendar import days_to_enter, is_official
from storage.audit.trail import Act
from storage.crypto.new_keys import new_keys, write_key_file
from storage.crypto.readers import KeyReaders
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.offices.calendars import Calendars
from storage.offices.offices import Offices
from storage.postgres.database import Database
from storage.postgres.migrate import migrate
from storage.postgres.schema import has_migrations, server_version
from storage.redis.client import make_redis, ping, translate_redis_errors

OLDEST_POSTGRES = 150_000
LARGEST_SKEW_S = 1.0
_COUNTRY = ""
_YEARS = 2
_WAIT_S, _TRIES = 0.5, 40
_NOW = text("SELECT clock_timestamp()")
_HAS_DATA = text("SELECT EXISTS (SELECT FROM preselection)")


@dataclass(frozen=True)
class Step:
    """What a check found. `is_usable` is false where the service can't work at all."""

    step: str
    ok: bool
    found: str
    remedy: str | None = None
    is_usable: bool = True


class Missing(Exception):
    """A step is not well; the text says why. `remedy` is what to do."""

    def __init__(self, found: str, remedy: str, *, is_usable: bool = False) -> None:
        self.remedy = remedy
        self.is_usable = is_usable
        super().__init__(found)


class Installation:
    """The connections of one check. Close it afterwards."""

    def __init__(self, settings: Settings, at: datetime, *, apply: bool) -> None:
        self.settings = settings
        self.at = at
        self.apply = apply
        self.database = Database(settings.database_url, pool_size=2, application_name="xuanhao-setup")
        self.redis: Redis = make_redis(settings.redis_url)
        self._temporal: Client | None = None

    async def close(self) -> None:
        await self.redis.aclose()
        await self.database.close()

    async def temporal(self) -> Client:
        if self._temporal is None:
            self._temporal = await connect(self.settings)
        return self._temporal


Check = Callable[[Installation], Awaitable[str]]


async def check_setup(installation: Installation) -> list[Step]:
    """The steps of a new installation, in order; with `apply` each is prepared if it can be."""
    return [await _run(name, check, installation) for name, check in SETUP.items()]


async def check_running(installation: Installation) -> list[Step]:
    """What a running installation needs besides."""
    return [await _run(name, check, installation) for name, check in RUNNING.items()]


async def _run(name: str, check: Check, installation: Installation) -> Step:
    try:
        return Step(name, ok=True, found=await check(installation))
    except Missing as missing:
        return Step(name, ok=False, found=str(missing), remedy=missing.remedy, is_usable=missing.is_usable)
    except DependencyUnavailable as down:
        reason = f"does not answer{f' ({down.reason})' if down.reason else ''}"
        return Step(name, ok=False, found=reason, remedy=f"start it, and check its address ({_VARIABLES[down.part]})",
                    is_usable=False)  # fmt: skip
    except (RPCError, RuntimeError, TimeoutError) as failure:
        reason = failure.status.name if isinstance(failure, RPCError) else "does not answer"
        return Step(name, ok=False, found=reason, remedy="start Temporal, and check XUANHAO_TEMPORAL_ADDRESS",
                    is_usable=False)  # fmt: skip
    except (OSError, ValueError, KeyError):
        return Step(name, ok=False, found="no readable keys", remedy="see the step keys", is_usable=False)
    except SQLAlchemyError as failure:
        return Step(name, ok=False, found=type(failure).__name__, remedy="see the step migrations", is_usable=False)


_VARIABLES = {
    "database": "XUANHAO_DATABASE_URL", "redis": "XUANHAO_REDIS_URL", "sms": "XUANHAO_SMS_URL",
    "registry": "XUANHAO_REGISTRY_URL", "identity": "XUANHAO_OIDC_ISSUER",
}  # fmt: skip


async def _migrations(installation: Installation) -> str:
    """The owner's address is only needed where the application's role may not change tables."""
    if installation.apply:
        url = installation.settings.owner_database_url or installation.settings.database_url
        try:
            await asyncio.to_thread(migrate, url)
        except DBAPIError as failure:
            raise Missing(
                f"could not be made: {type(failure.orig).__name__}",
                "name the owner of the tables in XUANHAO_OWNER_DATABASE_URL",
            ) from None
    if not await has_migrations(installation.database):
        raise Missing("missing", "xuanhao setup --apply, or xuanhao migrate as the owner of the tables")
    return "of this release"


async def _database(installation: Installation) -> str:
    """Before the migrations only the owner may exist."""
    owner = installation.settings.owner_database_url if installation.apply else None
    if owner:
        database = Database(owner, pool_size=2, application_name="xuanhao-setup")
        try:
            version = await server_version(database)
        finally:
            await database.close()
    else:
        version = await server_version(installation.database)
    if version < OLDEST_POSTGRES:
        raise Missing(f"PostgreSQL {version // 10_000}", "PostgreSQL 15 or newer")
    return f"PostgreSQL {version // 10_000}"


async def _keys(installation: Installation) -> str:
    settings = installation.settings
    file = settings.key_file
    if settings.keys is None and file and not file.exists():
        await _make_keys(installation, file)
    try:
        source = key_source(file, settings.keys)
        require_keys_of_mode(source.read(), demo=settings.demo)
        Keys.from_source(source)
    except SettingsError as problem:
        raise Missing("of another mode", str(problem)) from None
    except (OSError, ValueError, KeyError):
        raise Missing("unreadable", "name a key file in XUANHAO_KEY_FILE that this user can read") from None
    if settings.keys is None and file and file.stat().st_mode & 0o077:
        if not installation.apply:
            raise Missing("others can read the file", "chmod 600 the file", is_usable=True)
        file.chmod(0o600)
    return "readable"


async def _make_keys(installation: Installation, file: Path) -> None:
    if not installation.apply:
        raise Missing("no key file", "xuanhao setup --apply makes one; back it up")
    # Without the migrations there is no data, and this check would fail.
    if await has_migrations(installation.database) and (await installation.database.rows(_HAS_DATA))[0][0]:
        raise Missing("no key file, but the database has data", "restore the key file: nothing else reads that data")
    try:
        write_key_file(file, new_keys())
    except OSError as problem:
        raise Missing(f"can't be written: {problem.strerror}", "name a file in a writable folder") from None


async def _redis(installation: Installation) -> str:
    await ping(installation.redis)
    return "takes writes"


async def _namespace(installation: Installation) -> str:
    client = await installation.temporal()
    if installation.apply:
        await ensure_namespace(client)
        await _until(lambda: retention_of(client))
    retention = await retention_of(client)
    if retention is None:
        raise Missing("missing", "xuanhao setup --apply, or make it with Temporal's own tools")
    if retention < RETENTION:
        raise Missing(f"keeps {retention.days} days", f"keep {RETENTION.days} days of history", is_usable=True)
    return f"keeps {retention.days} days"


async def _search_attributes(installation: Installation) -> str:
    client = await installation.temporal()
    if installation.apply:

        async def is_complete() -> bool:
            await ensure_search_attributes(client)
            return not await missing_search_attributes(client)

        await _until(is_complete)
    elif await retention_of(client) is None:
        raise Missing("no namespace", "see the step namespace")
    if missing := await missing_search_attributes(client):
        raise Missing(f"missing: {', '.join(missing)}", "xuanhao setup --apply, or add them with Temporal's own tools")
    return "Stage, Office, Deadline"


async def _until(check: Callable[[], Awaitable[object]]) -> None:
    """Temporal's servers cache namespaces: a new one, and its search attributes, are known some seconds later."""
    for _ in range(_TRIES):
        try:
            if await check():
                return
        except RPCError:
            pass
        await asyncio.sleep(_WAIT_S)


async def _calendar(installation: Installation) -> str:
    calendars, years = Calendars(installation.database), range(installation.at.year, installation.at.year + _YEARS)
    country = await calendars.of_office(_COUNTRY)
    empty = [year for year in years if not any(day.year == year for day in country.days)]
    if empty and not installation.apply:
        raise Missing(f"no days of {empty[0]}", "xuanhao setup --apply, or xuanhao calendar seed", is_usable=True)
    act = Act(installation.at, "system")
    for year in empty:
        days = days_to_enter(year, country)
        if days is not None:
            await calendars.enter(days, act)
            await calendars.declare_year(year, act, official=is_official(year))
    return f"{years[0]} and {years[-1]}"


async def _offices(installation: Installation) -> str:
    found = len(await Offices(installation.database).all())
    return f"{found} offices" if found else "none yet: xuanhao offices import FILE"


async def _policy_of_redis(installation: Installation) -> str:
    with translate_redis_errors():
        found = (await installation.redis.config_get("maxmemory-policy")).get("maxmemory-policy", b"")
    policy = found.decode() if isinstance(found, bytes) else str(found)
    if policy != "noeviction":
        raise Missing(f"maxmemory-policy {policy}", "set maxmemory-policy noeviction", is_usable=True)
    return "maxmemory-policy noeviction"


async def _clocks(installation: Installation) -> str:
    before = asyncio.get_running_loop().time()
    theirs: datetime = (await installation.database.rows(_NOW))[0][0]
    delay = asyncio.get_running_loop().time() - before
    skew = abs((theirs - datetime.now(tz=theirs.tzinfo)).total_seconds())
    if skew > LARGEST_SKEW_S + delay:
        raise Missing(
            f"this machine and the database differ by {skew:.1f} s", "run NTP on all machines", is_usable=True
        )
    return f"within {LARGEST_SKEW_S:.0f} s of the database"


async def _workers(installation: Installation) -> str:
    settings, client = installation.settings, await installation.temporal()
    request = DescribeTaskQueueRequest(
        namespace=settings.temporal_namespace,
        task_queue=TaskQueue(name=settings.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    pollers = (await client.workflow_service.describe_task_queue(request)).pollers
    if not pollers:
        raise Missing("no worker polls the task queue", "start xuanhao worker", is_usable=True)
    return f"{len(pollers)} poll the task queue"


async def _key_readers(installation: Installation) -> str:
    keys = Keys.from_source(key_source(installation.settings.key_file, installation.settings.keys))
    readers = await KeyReaders(installation.database).live_readers(installation.at)
    if behind := sorted({reader.name for reader in readers if not set(keys.known_ids) <= set(reader.known)}):
        raise Missing(f"{', '.join(behind)} lack a key", "give all machines the same key file", is_usable=True)
    return json.dumps({reader.name: len(reader.known) for reader in readers}) if readers else "no process runs"


async def _gateways(installation: Installation) -> str:
    settings = installation.settings
    if missing := settings.missing_gateways():
        raise Missing(f"{' and '.join(missing)} not set", "set them; `local:` names the local adapters")
    named = {"SMS": settings.sms_gateway, "registry": settings.registry_gateway}
    async with httpx.AsyncClient(timeout=3.0) as http:
        for name, url in named.items():
            if url:
                await _reach(http, name, url)
    return ", ".join(f"{name} {'reachable' if url else 'local'}" for name, url in named.items())


async def _reach(http: httpx.AsyncClient, name: str, url: str) -> None:
    """Any answer shows that it is there; nothing is sent to it."""
    try:
        await http.head(url)
    except httpx.HTTPError as failure:
        raise Missing(
            f"{name}: {type(failure).__name__}", "check its address and the network", is_usable=True
        ) from None


SETUP: dict[str, Check] = {
    "database": _database, "migrations": _migrations, "keys": _keys, "redis": _redis, "namespace": _namespace,
    "search_attributes": _search_attributes, "calendar": _calendar, "offices": _offices,
}  # fmt: skip
RUNNING: dict[str, Check] = {
    "redis_policy": _policy_of_redis, "clocks": _clocks, "gateways": _gateways, "workers": _workers,
    "key_readers": _key_readers,
}  # fmt: skip
