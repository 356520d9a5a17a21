"""The checks of `xuanhao setup`, which prepare what is missing. Every one may be repeated."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from temporalio.service import RPCError

from config.key_marks import require_keys_of_mode
from config.settings import SettingsError
from config.temporal_setup import (
    RETENTION,
    SEARCH_ATTRIBUTES,
    ensure_namespace,
    ensure_search_attributes,
    missing_search_attributes,
    retention_of,
)
from operations.holiday_calendar import days_to_enter, is_official
from operations.installation import Installation, Missing
from operations.key_check import reads_newest_record
from storage.audit.trail import Act
from storage.crypto.new_keys import new_keys, write_key_file
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.offices.calendars import Calendars
from storage.offices.offices import Offices
from storage.postgres.migrate import migrate
from storage.postgres.roles import RoleMissing
from storage.postgres.schema import has_migrations, server_version
from storage.redis.health import ping

NOTHING = timedelta(0)
OLDEST_POSTGRES = 150_000
_YEARS = 2
_WAIT_S, _TRIES = 0.2, 100
_HAS_DATA = text("SELECT EXISTS (SELECT FROM preselection)")
_REMEDIES: dict[type[BaseException | None], str] = {
    errors.InsufficientPrivilege: "name the owner of the tables in XUANHAO_OWNER_DATABASE_URL",
    errors.LockNotAvailable: "others hold a lock on a table: repeat it",
}


async def check_migrations(installation: Installation) -> str:
    """The owner's address is only needed where the application's role may not change tables."""
    if installation.apply:
        url = installation.settings.owner_database_url or installation.settings.database_url
        try:
            await asyncio.to_thread(migrate, url)
        except RoleMissing as missing:
            raise Missing("could not be made", str(missing)) from None
        except DBAPIError as failure:
            remedy = _REMEDIES.get(type(failure.orig), "check the owner's address (XUANHAO_OWNER_DATABASE_URL)")
            raise Missing(f"could not be made: {type(failure.orig).__name__}", remedy) from None
    if not await has_migrations(installation.database):
        raise Missing("missing", "xuanhao setup --apply, or xuanhao migrate as the owner of the tables")
    return "of this release"


async def check_database(installation: Installation) -> str:
    """At first only the owner may exist."""
    async with installation.as_owner() as database:
        version = await server_version(database)
    if version < OLDEST_POSTGRES:
        raise Missing(f"PostgreSQL {version // 10_000}", "PostgreSQL 15 or newer")
    return f"PostgreSQL {version // 10_000}"


async def check_keys(installation: Installation) -> str:
    settings = installation.settings
    file = settings.key_file
    if settings.keys is None and file and not file.exists():
        await _make_keys(installation, file)
    try:
        source = key_source(file, settings.keys)
        require_keys_of_mode(source.read(), demo=settings.demo)
        keys = Keys.from_source(source)
    except SettingsError as problem:
        raise Missing("of another mode", str(problem)) from None
    except (OSError, ValueError, KeyError):
        raise Missing("unreadable", "name a key file in XUANHAO_KEY_FILE that this user can read") from None
    if await has_migrations(installation.database) and not await reads_newest_record(installation.database, keys):
        raise Missing("not those of the database", "load the copy of the key file: nothing else reads that data")
    if settings.keys is None and file:
        _close_to_others(file, apply=installation.apply)
    return "readable"


def _close_to_others(file: Path, *, apply: bool) -> None:
    if apply and is_open_to_others(file):
        # It may be another user's, or on a read-only volume.
        with suppress(OSError):
            file.chmod(0o600)
    if is_open_to_others(file):
        raise Missing("others can read the file", "chmod 600 the file", is_usable=True)


def is_open_to_others(file: Path) -> bool:
    """Whether more than its user reads it. A secret of Kubernetes belongs to root, and is read through its group."""
    status = file.stat()
    return bool(status.st_mode & (0o077 if status.st_uid == os.geteuid() else 0o007))


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


async def check_redis(installation: Installation) -> str:
    await ping(installation.redis)
    return "takes writes"


async def check_namespace(installation: Installation) -> str:
    client = await installation.temporal()
    if installation.apply:

        async def is_long_enough() -> bool:
            # A server that has just made a namespace may not find it at first.
            await ensure_namespace(client)
            return (await retention_of(client) or NOTHING) >= RETENTION

        await wait_until(is_long_enough)
    retention = await retention_of(client)
    if retention is None:
        raise Missing("missing", "xuanhao setup --apply, or make it with Temporal's own tools")
    if retention < RETENTION:
        raise Missing(f"keeps {retention.days} days", f"keep {RETENTION.days} days of history", is_usable=True)
    return f"keeps {retention.days} days"


async def check_search_attributes(installation: Installation) -> str:
    client = await installation.temporal()
    if installation.apply:

        async def is_complete() -> bool:
            await ensure_search_attributes(client)
            return not await missing_search_attributes(client)

        await wait_until(is_complete)
    elif await retention_of(client) is None:
        raise Missing("no namespace", "see the step namespace")
    if missing := await missing_search_attributes(client):
        raise Missing(f"missing: {', '.join(missing)}", "xuanhao setup --apply, or add them with Temporal's own tools")
    return ", ".join(SEARCH_ATTRIBUTES)


async def wait_until(check: Callable[[], Awaitable[object]]) -> None:
    """Temporal's servers cache namespaces: a new one, and its search attributes, are known some seconds later."""
    for _ in range(_TRIES):
        try:
            if await check():
                return
        except RPCError:
            pass
        await asyncio.sleep(_WAIT_S)


async def check_calendar(installation: Installation) -> str:
    calendars, years = Calendars(installation.database), range(installation.at.year, installation.at.year + _YEARS)
    country = await calendars.of_country()
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


async def check_offices(installation: Installation) -> str:
    found = len(await Offices(installation.database).all())
    return f"{found} offices" if found else "none yet: xuanhao offices import FILE"
