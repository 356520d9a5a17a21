"""Checks the required dependencies in parallel."""

import asyncio
from collections.abc import Awaitable

from temporalio.service import RPCError

from api.context import AppContext
from api.http.problems import DOWN
from domain.dependencies import DependencyBusy, DependencyUnavailable
from domain.errors import Unavailable
from storage.redis.client import ping

TIMEOUT_SECONDS = 3.0


async def require_all_parts(context: AppContext) -> None:
    """Raises `Unavailable` with every dependency that does not respond in time."""
    checks = {
        "database": context.repositories.database.ping(),
        "redis": ping(context.repositories.redis),
        "temporal": _ping_temporal(context),
    }
    answers = await asyncio.gather(*(_does_respond(check) for check in checks.values()))
    down = {name: DOWN for name, answered in zip(checks, answers, strict=True) if not answered}
    if down:
        raise Unavailable(down)


async def _ping_temporal(context: AppContext) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        if not await context.temporal.service_client.check_health():
            raise TimeoutError


async def _does_respond(check: Awaitable[None]) -> bool:
    # No common time limit: storage has its own, and cancelling a driver takes longer.
    try:
        await check
    except DependencyBusy:
        return True
    except (TimeoutError, DependencyUnavailable, RPCError, RuntimeError):
        # The SDK raises a RuntimeError if it can't connect.
        return False
    return True
