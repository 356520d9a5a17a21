"""Checks the required dependencies in parallel: whether they respond, and whether they are set up."""

from contextlib import suppress

from api.context import AppContext
from config.readiness import CLOCK_SKEW, NO_MIGRATIONS, lacking_in_temporal, unready_parts
from domain.dependencies import DependencyUnavailable
from domain.durations import parse_duration
from domain.errors import Unavailable
from storage.postgres.clocks import agreed_time
from storage.postgres.schema import is_set_up
from storage.redis.health import ping


async def require_all_parts(context: AppContext) -> None:
    """Raises `Unavailable` with every part that does not respond in time (`down`) or lacks something."""
    checks = {
        "database": _database(context),
        "redis": ping(context.repositories.redis),
        "temporal": lacking_in_temporal(context.temporal),
        "clock": _clock(context),
    }
    if unready := await unready_parts(checks):
        raise Unavailable(unready)


async def _database(context: AppContext) -> str | None:
    return None if await is_set_up(context.repositories.database) else NO_MIGRATIONS


async def _clock(context: AppContext) -> str | None:
    """What is shown follows this process's clock: countdowns, holds, and which numbers can be composed."""
    skew = parse_duration(context.settings.clock_skew).timedelta()
    with suppress(DependencyUnavailable):
        return None if await agreed_time(context.repositories.database, context.clock, skew) else CLOCK_SKEW
    # The database's own check says so.
    return None
