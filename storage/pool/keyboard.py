"""Snapshots of the pool for the on-screen keyboard: made by one process, shared in Redis, read from memory."""

import asyncio
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.instants import from_milliseconds, to_milliseconds
from domain.pool_keyboard import available_characters
from domain.segments import to_bitmap
from storage.pool.keys import key
from storage.pool.snapshot import PoolRecords
from storage.postgres.database import Database
from storage.redis.client import RedisClient, translate_redis_errors
from storage.redis.lock import RedisLocks

_SKEW = timedelta(seconds=2)
"""How much the clocks of two processes may differ: a snapshot this far in the future is still used."""

_LONGEST_MAKING = timedelta(seconds=25)
_LOOK_AGAIN_SECONDS = 0.05
_LOOKS = 40
_IN_USE = timedelta(hours=1)
_PREFIXES_IN_MEMORY = 64
"""Snapshots in memory; each takes 450,500 bytes and its cached results."""


@dataclass(frozen=True)
class Snapshot:
    """The numbers that the keyboard can produce, as of an instant; a bitmap as in `domain.segments`."""

    as_of: datetime
    bitmap: bytes
    _answers: dict[str, list[str]] = field(default_factory=dict, repr=False, compare=False)

    def available(self, typed: str) -> list[str]:
        """The characters that can follow `typed`, in keyboard order; cached for later calls."""
        answer = self._answers.get(typed)
        if answer is None:
            answer = available_characters(self.bitmap, typed)
            # Only possible inputs are cached, so that nonsense can't fill the memory.
            if answer:
                self._answers[typed] = answer
        return answer

    def serves(self, at: datetime, max_age: timedelta) -> bool:
        return -_SKEW <= at - self.as_of <= max_age


class KeyboardSnapshots:
    """The snapshots of all prefixes. They include offered numbers, so they reveal nothing about other applicants."""

    def __init__(self, database: Database, redis: RedisClient) -> None:
        self._redis = redis
        self._records = PoolRecords(database)
        self._locks = RedisLocks(redis)
        self._newest: OrderedDict[str, Snapshot] = OrderedDict()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, prefix: str, at: datetime, max_age: timedelta) -> Snapshot:
        """A snapshot that is at most `max_age` old.

        Raises `DependencyUnavailable`, and `KeyError` for an unknown prefix.
        """
        snapshot = self._newest.get(prefix)
        if snapshot and snapshot.serves(at, max_age):
            self._newest.move_to_end(prefix)
            return snapshot
        async with self._turns[prefix]:
            snapshot = self._newest.get(prefix)
            if not snapshot or not snapshot.serves(at, max_age):
                snapshot = await self._load_or_make(prefix, at, max_age)
                self._remember(prefix, snapshot)
        return snapshot

    async def refresh(self, prefix: str, at: datetime, *, older_than: timedelta) -> bool:
        """Renew a snapshot before a caller has to wait for it; returns whether it was renewed.

        Raises `DependencyUnavailable`.

        It is renewed only if it is older than this, and if the prefix's keyboard was used within the hour.
        """
        with translate_redis_errors():
            asked, as_of = await self._redis.mget(key(prefix, "keyboard_asked"), key(prefix, "keyboard_as_of"))
        if asked is None or (as_of is not None and at - from_milliseconds(int(as_of)) < older_than):
            return False
        async with self._locks.lock(key(prefix, "keyboard_lock"), at_most=_LONGEST_MAKING) as token:
            if token:
                await self._make(prefix, at)
        return token is not None

    async def _load_or_make(self, prefix: str, at: datetime, max_age: timedelta) -> Snapshot:
        with translate_redis_errors():
            await self._redis.set(key(prefix, "keyboard_asked"), 1, px=_IN_USE)
        for _ in range(_LOOKS):
            snapshot = await self._load(prefix)
            if snapshot and snapshot.serves(at, max_age):
                return snapshot
            async with self._locks.lock(key(prefix, "keyboard_lock"), at_most=_LONGEST_MAKING) as token:
                if token:
                    return await self._make(prefix, at)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        # The process that was making it may have died; two parallel snapshots do no harm.
        return await self._make(prefix, at)

    async def _load(self, prefix: str) -> Snapshot | None:
        with translate_redis_errors():
            as_of = await self._redis.get(key(prefix, "keyboard_as_of"))
            known = self._newest.get(prefix)
            if as_of is None or (known and to_milliseconds(known.as_of) == int(as_of)):
                return known
            as_of, bitmap = await self._redis.mget(key(prefix, "keyboard_as_of"), key(prefix, "keyboard"))
        return Snapshot(from_milliseconds(int(as_of)), bitmap) if as_of and isinstance(bitmap, bytes) else None

    async def _make(self, prefix: str, at: datetime) -> Snapshot:
        snapshot = Snapshot(at, to_bitmap(await self._records.keyboard(prefix, at)))
        with translate_redis_errors():
            await self._redis.mset(
                {key(prefix, "keyboard"): snapshot.bitmap, key(prefix, "keyboard_as_of"): to_milliseconds(at)}
            )
        return snapshot

    def _remember(self, prefix: str, snapshot: Snapshot) -> None:
        self._newest[prefix] = snapshot
        self._newest.move_to_end(prefix)
        while len(self._newest) > _PREFIXES_IN_MEMORY:
            self._newest.popitem(last=False)
