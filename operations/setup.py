"""The steps of `xuanhao setup`, in their order, with those of the role and of the schedule."""

import asyncio
from collections.abc import Iterable

from temporalio.service import RPCError, RPCStatusCode

from domain.dependencies import DependencyUnavailable
from operations import setup_checks as checks
from operations.installation import Check, Installation, Missing, Step, run_step
from operations.setup_checks import wait_until
from storage.postgres.database import Database
from storage.postgres.roles import APPLICATION_ROLE, RoleMissing, has_role, make_role, owns_database
from workflows.maintenance.schedule import EVERY, SCHEDULE_ID, ensure_schedule


async def check_setup(installation: Installation) -> list[Step]:
    """The steps of a new installation, in order; with `apply` each is prepared if it can be.

    The servers are prepared side by side: Temporal's take some seconds to know a new namespace. What needs the tables,
    the keys or the namespace comes after them.
    """
    found: dict[str, Step] = {}

    async def run(names: Iterable[str]) -> None:
        for name in names:
            found[name] = await run_step(name, SETUP[name], installation)

    of_temporal = ("namespace", "search_attributes")
    # Encrypted messages need the keys before the first connection.
    late, early = (of_temporal, ()) if installation.settings.temporal_codec else ((), of_temporal)
    await asyncio.gather(run(("database", "role", "migrations", "keys")), run(("redis",)), run(early))
    await asyncio.gather(run((*late, "schedule")), run(("calendar", "offices")))
    return [found[name] for name in SETUP]


async def _role(installation: Installation) -> str:
    """The application's role: it signs in, and can change neither tables nor the audit."""
    if installation.settings.owner_database_url:
        async with installation.as_owner() as owner:
            if not await has_role(owner):
                await _make_role(installation, owner)
    try:
        is_owner = await owns_database(installation.database)
    except DependencyUnavailable:
        if not installation.settings.owner_database_url:
            raise
        raise Missing(
            "can't sign in", f"ALTER ROLE {APPLICATION_ROLE} PASSWORD '…', as in XUANHAO_DATABASE_URL"
        ) from None
    if is_owner:
        raise Missing("owns the database", f"name {APPLICATION_ROLE} in XUANHAO_DATABASE_URL", is_usable=True)
    return "signs in, and owns nothing"


async def _make_role(installation: Installation, owner: Database) -> None:
    if not installation.apply:
        raise Missing(f"{APPLICATION_ROLE} is missing", "xuanhao setup --apply makes it")
    try:
        await make_role(owner)
    except RoleMissing as missing:
        raise Missing(f"{APPLICATION_ROLE} is missing", str(missing)) from None


async def _schedule(installation: Installation) -> str:
    client, task_queue = await installation.temporal(), installation.settings.task_queue

    async def is_there() -> bool:
        if installation.apply:
            await ensure_schedule(client, task_queue)
        await client.get_schedule_handle(SCHEDULE_ID).describe()
        return True

    if installation.apply:
        await wait_until(is_there)
    try:
        await is_there()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Missing(
            f"{SCHEDULE_ID} is missing", "xuanhao setup --apply, or start xuanhao worker", is_usable=True
        ) from None
    return f"{SCHEDULE_ID}, every {EVERY.total_seconds():.0f} s"


SETUP: dict[str, Check] = {
    "database": checks.check_database, "role": _role, "migrations": checks.check_migrations,
    "keys": checks.check_keys, "redis": checks.check_redis, "namespace": checks.check_namespace,
    "search_attributes": checks.check_search_attributes, "schedule": _schedule, "calendar": checks.check_calendar,
    "offices": checks.check_offices,
}  # fmt: skip
