"""Checks the required dependencies in parallel: whether they respond, and whether they are set up."""

from api.context import AppContext
from config.readiness import NO_MIGRATIONS, lacking_in_temporal, unready_parts
from domain.errors import Unavailable
from storage.postgres.schema import is_set_up
from storage.redis.health import ping


async def require_all_parts(context: AppContext) -> None:
    """Raises `Unavailable` with every part that does not respond in time (`down`) or lacks something."""
    checks = {
        "database": _database(context),
        "redis": _redis(context),
        "temporal": lacking_in_temporal(context.temporal),
    }
    if unready := await unready_parts(checks):
        raise Unavailable(unready)


async def _database(context: AppContext) -> str | None:
    return None if await is_set_up(context.repositories.database) else NO_MIGRATIONS


async def _redis(context: AppContext) -> None:
    await ping(context.repositories.redis)
