"""A lock in Redis to avoid duplicate work. Correctness must not depend on it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from domain.dependencies import DependencyUnavailable
from storage.redis.client import RedisClient, script, translate_redis_errors


class RedisLocks:
    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._unlock = script(redis, "redis", "unlock")

    @asynccontextmanager
    async def lock(self, key: str, *, at_most: timedelta) -> AsyncIterator[str | None]:
        """Hold the lock for the block, at most this long. Yields its token, or None when another process holds it."""
        token = secrets.token_hex(16)
        with translate_redis_errors():
            mine = await self._redis.set(key, token, nx=True, px=at_most)
        try:
            yield token if mine else None
        finally:
            if mine:
                await self._give_back(key, token)

    async def _give_back(self, key: str, token: str) -> None:
        try:
            with translate_redis_errors():
                await self._unlock(keys=[key], args=[token])
        except DependencyUnavailable:
            # The lock expires automatically; the block's result or error is more important.
            return
