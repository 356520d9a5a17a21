"""Checks the required dependencies in parallel: whether they respond, and whether they are set up."""

import asyncio
from collections.abc import Awaitable

import structlog
from temporalio.service import RPCError

from api.context import AppContext
from api.http.causes import cause_of
from api.http.problems import DOWN
from config.temporal_setup import missing_search_attributes, retention_of
from domain.dependencies import DependencyBusy, DependencyUnavailable
from domain.errors import Unavailable
from storage.postgres.schema import has_migrations
from storage.redis.client import ping

TIMEOUT_SECONDS = 3.0
NO_MIGRATIONS, NO_NAMESPACE, NO_SEARCH_ATTRIBUTES = "no_migrations", "no_namespace", "no_search_attributes"

log = structlog.get_logger("api")


async def require_all_parts(context: AppContext) -> None:
    """Raises `Unavailable` with every part that does not respond in time (`down`) or lacks something."""
    checks = {
        "database": _database(context),
        "redis": _redis(context),
        "temporal": _temporal(context),
    }
    answers = await asyncio.gather(*(_state(name, check) for name, check in checks.items()))
    if unready := {name: state for name, state in zip(checks, answers, strict=True) if state}:
        raise Unavailable(unready)


async def _database(context: AppContext) -> str | None:
    return None if await has_migrations(context.repositories.database) else NO_MIGRATIONS


async def _redis(context: AppContext) -> None:
    await ping(context.repositories.redis)


async def _temporal(context: AppContext) -> str | None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        if await retention_of(context.temporal) is None:
            return NO_NAMESPACE
        return NO_SEARCH_ATTRIBUTES if await missing_search_attributes(context.temporal) else None


async def _state(name: str, check: Awaitable[str | None]) -> str | None:
    # No common time limit: storage has its own, and cancelling a driver takes longer.
    try:
        lacking = await check
    except DependencyBusy:
        return None
    except (TimeoutError, DependencyUnavailable, RPCError, RuntimeError) as failure:
        # The SDK raises a RuntimeError if it can't connect.
        log.warning("part down", part=name, cause=cause_of(failure))
        return DOWN
    if lacking:
        log.warning("part not set up", part=name, lacking=lacking)
    return lacking
