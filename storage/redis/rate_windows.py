"""Sliding windows in Redis: a limit of requests within any period, exact under parallel requests."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.instants import from_milliseconds, to_milliseconds
from storage.redis.client import RedisClient, script, translate_redis_errors

_PASSED = -1
_SECOND, _MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)


class RateWindows:
    """Windows by key. A key names its purpose and contains no personal value: use ids and keyed hashes."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._hit = script(redis, "redis", "rate_hit")

    async def hit(
        self, key: str, *, limit: int, window: timedelta, at: datetime, name: str | None = None
    ) -> datetime | None:
        """Count a request made at `at`. None: it may pass; otherwise the instant from which the next one passes.

        A refused request is not counted, and one with a `name` only once. Raises `DependencyUnavailable("redis")`.
        """
        return await self.hit_each(key, {window: limit}, at=at, name=name)

    async def hit_each(
        self, key: str, limits: Mapping[timedelta, int], *, at: datetime, name: str | None = None
    ) -> datetime | None:
        """The same with a limit for each of several windows, in one call; refused by one, it is counted in none."""
        arguments: list[str | int] = [to_milliseconds(at), name or secrets.token_hex(8)]
        for window, limit in limits.items():
            arguments += [window // _MILLISECOND, limit]
        _, *others = limits
        keys = [_redis_key(key), *(f"{_redis_key(key)}:{window // _SECOND}" for window in others)]
        with translate_redis_errors():
            answer = int(await self._hit(keys=keys, args=arguments))
        return None if answer == _PASSED else from_milliseconds(answer)

    async def give_back(self, key: str, name: str) -> None:
        """Uncount a request of this name that had no effect after all. Raises `DependencyUnavailable("redis")`."""
        with translate_redis_errors():
            await self._redis.zrem(_redis_key(key), name)


def _redis_key(key: str) -> str:
    return f"rate:{{{key}}}"
