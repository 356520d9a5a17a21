"""Announcements of committed changes: a preselection's id on one Redis channel, to every process that listens.

An announcement may be lost (Redis was unavailable), so subscribers also reread their record regularly.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Never
from uuid import UUID

from redis.asyncio.client import PubSub

from domain.dependencies import DependencyUnavailable
from storage.background import end_tasks
from storage.redis.client import RedisClient, translate_redis_errors

CHANNEL = "preselections"

_RECONNECT_SECONDS = 0.5
_SILENCE_SECONDS = 5.0
"""After this long without a message a ping checks the connection, to find one that died unnoticed."""


class Subscription:
    """The changes of one preselection. Several announcements before a wait count as one."""

    def __init__(self) -> None:
        self._announced = asyncio.Event()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for the next announcement; False when the time was over first."""
        try:
            async with asyncio.timeout(seconds):
                await self._announced.wait()
        except TimeoutError:
            return False
        self._announced.clear()
        return True

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> None:
        await self.wait()

    def announce(self) -> None:
        self._announced.set()


class Announcements:
    """One connection per process for all subscriptions. Close it when the process ends."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._subscriptions: defaultdict[UUID, set[Subscription]] = defaultdict(set)
        self._listener: asyncio.Task[Never] | None = None

    async def publish(self, preselection_id: UUID) -> None:
        """Announce to all processes that the preselection's row has changed.

        Raises `DependencyUnavailable("redis")`.
        """
        with translate_redis_errors():
            await self._redis.publish(CHANNEL, preselection_id.bytes)

    @contextmanager
    def subscribe(self, preselection_id: UUID) -> Iterator[Subscription]:
        """Follow one preselection for the block. Subscribe first, then read the row, then wait: nothing is missed.

        A new connection announces to all subscriptions, because an announcement may have been missed. While Redis is
        unavailable there are no announcements, and callers depend on their own rereading.
        """
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        subscription = Subscription()
        self._subscriptions[preselection_id].add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions[preselection_id].discard(subscription)
            if not self._subscriptions[preselection_id]:
                del self._subscriptions[preselection_id]

    async def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            await end_tasks(self._listener)
            self._listener = None

    async def _listen(self) -> Never:
        while True:
            with suppress(DependencyUnavailable), translate_redis_errors():
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await self._dispatch(pubsub)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _dispatch(self, pubsub: PubSub) -> None:
        """Pass announcements on until the connection has been silent for too long."""
        silences = 0
        while silences <= 1:
            message = await pubsub.get_message(timeout=_SILENCE_SECONDS)
            if message is None:
                silences += 1
                await pubsub.ping()
            else:
                silences = 0
                self._pass_on(message)

    def _pass_on(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "subscribe":
                for subscriptions in self._subscriptions.values():
                    _announce(subscriptions)
            case "message":
                with suppress(ValueError):
                    _announce(self._subscriptions.get(UUID(bytes=message["data"]), set()))


def _announce(subscriptions: Iterable[Subscription]) -> None:
    for subscription in subscriptions:
        subscription.announce()
