"""Reconciliation of the pool index: finds indexes that are lost, outdated or near their end, and rebuilds them."""

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from domain.instants import from_milliseconds, to_milliseconds
from domain.segments import POOL_BYTES, from_bitmap
from storage.pool.index import translate_index_errors
from storage.pool.keys import index_keys, key
from storage.pool.masks import mask_of_positions
from storage.pool.rebuild import KEPT_INSTANTS, SURE_AHEAD, PoolBuilder
from storage.pool.snapshot import PoolRecords, without
from storage.postgres.database import Database
from storage.redis.client import RedisClient, runs_of, script, translate_redis_errors

log = structlog.get_logger("pool")

_RENEW_AHEAD = timedelta(minutes=5)
_BUILDS_AT_ONCE = 2


@dataclass(frozen=True)
class Drift:
    """Differences between an index and the database: numbers that are wrongly free, and wrongly taken."""

    too_many: int
    too_few: int


NO_DRIFT = Drift(0, 0)


class PoolReconciler:
    """Call `reconcile` every two seconds in every worker; with a lock in Redis only one of them builds an index."""

    def __init__(self, database: Database, redis: RedisClient) -> None:
        self._redis = redis
        self._records = PoolRecords(database)
        self._builder = PoolBuilder(database, redis)
        self._trim = script(redis, "pool", "common", "trim")
        self._inspect = script(redis, "pool", "common", "inspect")

    async def reconcile(self, at: datetime) -> list[str]:
        """Rebuild indexes that are lost, outdated or near their end; returns the prefixes.

        Raises `DependencyUnavailable`.
        """
        revisions = await self._records.revisions()
        runs = await runs_of(self._redis, (key(prefix, "version") for prefix in revisions))
        states = await self._states(revisions)
        due = [
            prefix
            for prefix, state in states.items()
            if not state.is_sound(revisions[prefix], runs[key(prefix, "version")], at)
        ]
        for prefix, state in states.items():
            if prefix not in due and state.instants > KEPT_INSTANTS:
                await self._trim_instants(prefix, at)
        return await self._build(due, at)

    async def rebuild(self, prefix: str, at: datetime) -> None:
        """Apply a change of the prefix's segments to the index at once, instead of at the next `reconcile`."""
        await self._build([prefix], at)

    async def check(self, prefix: str, at: datetime) -> Drift:
        """Compare an index with the database bit by bit, and rebuild it if they differ.

        The two are read one after the other, so a decision in between may look like a difference. Only a difference
        that a second comparison finds again counts. Raises `IndexLost` when there is no index, and
        `DependencyUnavailable`.
        """
        drift = NO_DRIFT
        too_many, too_few = await self._differences(prefix, at)
        if too_many or too_few:
            many_again, few_again = await self._differences(prefix, at)
            drift = Drift((too_many & many_again).bit_count(), (too_few & few_again).bit_count())
        if drift != NO_DRIFT:
            log.warning("index_differs", prefix=prefix, too_many=drift.too_many, too_few=drift.too_few)
            await self._build([prefix], at)
        return drift

    async def _differences(self, prefix: str, at: datetime) -> tuple[int, int]:
        """The masks of the numbers that are wrongly free, and wrongly taken, in the index."""
        with translate_index_errors(prefix):
            bitmap, flat = await self._inspect(keys=index_keys(prefix), args=[to_milliseconds(at)])
        snapshot = await self._records.snapshot(prefix, at, endings=0, sure_until=at)
        soon = to_milliseconds(at + SURE_AHEAD)
        picked = mask_of_positions(int(flat[i]) for i in range(0, len(flat), 2) if int(flat[i + 1]) <= soon)
        indexed, true = from_bitmap(bitmap), without(snapshot.drawable(), snapshot.claimed)
        # Numbers that were just picked are not claimed yet, and are freed automatically if they never are.
        return without(indexed, true), without(without(true, indexed), picked)

    async def _states(self, prefixes: Iterable[str]) -> dict[str, "_IndexState"]:
        names = list(prefixes)
        with translate_redis_errors():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for prefix in names:
                    pipeline.hmget(key(prefix, "version"), "revision", "run", "valid_until", "opens_at")
                    pipeline.zcard(key(prefix, "moments"))
                    pipeline.strlen(key(prefix, "free"))
                    pipeline.exists(key(prefix, "openings"))
                    pipeline.exists(key(prefix, "log_state"))
                answers = await pipeline.execute()
        states = itertools.starmap(_IndexState, zip(*(answers[place::5] for place in range(5)), strict=True))
        return dict(zip(names, states, strict=True))

    async def _trim_instants(self, prefix: str, at: datetime) -> None:
        arguments = [KEPT_INSTANTS * 9 // 10, to_milliseconds(at + SURE_AHEAD)]
        with translate_redis_errors():
            await self._trim(keys=index_keys(prefix), args=arguments)

    async def _build(self, prefixes: Iterable[str], at: datetime) -> list[str]:
        few = asyncio.Semaphore(_BUILDS_AT_ONCE)

        async def build(prefix: str) -> str | None:
            async with few:
                built = await self._builder.rebuild(prefix, at)
            if built:
                log.info("index_built", prefix=prefix)
            return prefix if built else None

        built = await asyncio.gather(*(build(prefix) for prefix in prefixes), return_exceptions=True)
        for failure in built:
            if isinstance(failure, BaseException):
                raise failure
        return [prefix for prefix in built if isinstance(prefix, str)]


@dataclass(frozen=True)
class _IndexState:
    """The index's data in Redis: revision, run, end and next opening; and the sizes of its other keys."""

    version: Sequence[bytes | None]
    expiries: int
    free_bytes: int
    openings: int
    log_states: int

    @property
    def instants(self) -> int:
        """The number of coming expiries: all members but the guard."""
        return self.expiries - 1

    def is_sound(self, revision: int, run: str, at: datetime) -> bool:
        known_revision, known_run, valid_until, opens_at = self.version
        if known_revision is None or known_run is None or valid_until is None:
            return False
        # A key that is not there was evicted or deleted.
        if not self.expiries or not self.log_states or self.free_bytes != POOL_BYTES:
            return False
        if opens_at and not self.openings:
            return False
        lasts = from_milliseconds(int(valid_until)) > at + _RENEW_AHEAD
        return lasts and int(known_revision) == revision and known_run == run.encode()
