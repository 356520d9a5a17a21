"""Which parts of an installation don't respond or are not set up; the API and the worker name them alike."""

import asyncio
from collections.abc import Awaitable, Mapping

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from config.temporal_setup import missing_search_attributes, retention_of
from domain.dependencies import DependencyBusy, DependencyUnavailable

TIMEOUT_SECONDS = 3.0
DOWN = "down"
NO_MIGRATIONS, NO_NAMESPACE, NO_SEARCH_ATTRIBUTES = "no_migrations", "no_namespace", "no_search_attributes"
CLOCK_SKEW = "clock_skew"

log = structlog.get_logger("readiness")


async def unready_parts(checks: Mapping[str, Awaitable[str | None]]) -> dict[str, str]:
    """Run the checks in parallel; each returns what its part lacks. A part that does not respond in time is `down`."""
    answers = await asyncio.gather(*(_state(name, check) for name, check in checks.items()))
    return {name: state for name, state in zip(checks, answers, strict=True) if state}


async def lacking_in_temporal(client: Client) -> str | None:
    """What our namespace lacks. Raises `RPCError`, `RuntimeError` and `TimeoutError`."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        if await retention_of(client) is None:
            return NO_NAMESPACE
        return NO_SEARCH_ATTRIBUTES if await missing_search_attributes(client) else None


def cause_of(failure: BaseException) -> str:
    """The innermost error's type with its code, such as `RPCError NOT_FOUND` or `ConnectionRefusedError`."""
    if isinstance(failure, DependencyUnavailable) and failure.reason:
        return failure.reason
    inner: BaseException = failure
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
        if isinstance(inner, RPCError):
            return f"RPCError {inner.status.name}"
    return f"RPCError {inner.status.name}" if isinstance(inner, RPCError) else type(inner).__name__


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
