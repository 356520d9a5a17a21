"""Rebuilds a prefix's index from the database, while draws continue with the old one if there is one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from domain.instants import to_milliseconds
from domain.plates import position_of, serial_at, serial_of
from domain.segments import POOL_BYTES, Segment, from_bitmap, positions_in, to_bitmap
from storage.pool.claims import Claims
from storage.pool.index import PoolIndex
from storage.pool.keys import index_keys, key, lock_key
from storage.pool.log import PoolLog
from storage.pool.snapshot import PoolRecords, PoolSnapshot, union_of, without
from storage.postgres.database import Database
from storage.postgres.tables import FOREVER
from storage.redis.client import RedisClient, runs_of, script, translate_redis_errors
from storage.redis.lock import RedisLocks

KEPT_INSTANTS = 1_500
"""Expiries that an index holds, 79 bytes each: with two bitmaps of 450,560 bytes it stays below 1 MiB."""

SURE_AHEAD = timedelta(minutes=15)
"""The time for which an index holds every expiry, even if there are more of them."""

_LONGEST_BUILD = timedelta(seconds=30)
_LATEST_COMMIT = timedelta(seconds=60)
_CARRIED_AHEAD = timedelta(hours=1)
_LOADED_OPENINGS = 8
_MOST_CLAIMED_BEFORE_OPENING = 10_000
_MOST_EXPLAINED = 5_000
_NO_CHANGES = json.dumps({"taken": [], "held": [], "freed": []})


@dataclass(frozen=True)
class _Plan:
    """Coming openings, and the instant at which the index becomes invalid because it holds no later expiry."""

    openings: list[dict[str, Any]]
    valid_until: datetime


class PoolBuilder:
    """Builds indexes. Raises `DependencyUnavailable` for the database or Redis, `KeyError` for an unknown prefix."""

    def __init__(self, database: Database, redis: RedisClient) -> None:
        self._redis = redis
        self._records = PoolRecords(database)
        self._index = PoolIndex(redis)
        self._locks = RedisLocks(redis)
        self._log = PoolLog(database, redis)
        self._claims = Claims(database)
        self._install = script(redis, "pool", "common", "install")

    async def rebuild(self, prefix: str, at: datetime) -> bool:
        """Build the index of a prefix and install it. False when another process is doing so."""
        async with self._locks.lock(lock_key(prefix), at_most=_LONGEST_BUILD) as token:
            return token is not None and await self._rebuild(prefix, at, token)

    async def _rebuild(self, prefix: str, at: datetime, token: str) -> bool:
        run = await self._begin(prefix)
        snapshot = await self._records.snapshot(prefix, at, endings=KEPT_INSTANTS, sure_until=at + SURE_AHEAD)
        plan = _plan(snapshot)
        drawable = snapshot.drawable()
        bitmap = to_bitmap(without(drawable, snapshot.claimed))
        # The log names the bitmap by its digest, so the bitmap is stored before any draw can use it.
        digest = await self._log.store_bitmap(prefix, bitmap, at)
        arguments: list[str | int | bytes] = [
            *(to_milliseconds(at), token, snapshot.segments.revision, run, to_milliseconds(plan.valid_until)),
            *(bitmap, _instants(snapshot, drawable), json.dumps(plan.openings)),
            *(to_milliseconds(at + _CARRIED_AHEAD), digest, _segments(snapshot)),
            json.dumps(await self._kinds_of_removed(prefix, snapshot.claimed, at)),
        ]
        with translate_redis_errors():
            installed = await self._install(keys=[*index_keys(prefix), lock_key(prefix)], args=arguments)
        # Claims that were committed between the snapshot and now without updating the index, because there was none.
        await self._learn(await self._records.changes_since(snapshot, lag=_LATEST_COMMIT), at)
        return bool(installed)

    async def _kinds_of_removed(self, prefix: str, claimed: int, at: datetime) -> dict[str, str]:
        """The kinds of claims on numbers that are still free in the old index, by position: the log explains them."""
        with translate_redis_errors():
            old = await self._redis.get(key(prefix, "free"))
        if not isinstance(old, bytes) or len(old) != POOL_BYTES:
            return {}
        positions = list(islice(positions_in(from_bitmap(old) & claimed), _MOST_EXPLAINED))
        claims = await self._claims.live([prefix + serial_at(position) for position in positions], at)
        return {str(position_of(serial_of(claim.plate))): claim.kind for claim in claims}

    async def _learn(self, ends: Mapping[str, datetime], at: datetime) -> None:
        """Update the index with claims that it may not have: plates with the end of their claims."""
        await self._index.settle(
            at=at,
            taken=[plate for plate, until in ends.items() if until >= FOREVER],
            held={plate: until for plate, until in ends.items() if until < FOREVER},
        )

    async def _begin(self, prefix: str) -> str:
        """Open the journal, to which decisions write their changes during the rebuild. Returns Redis's run id."""
        journal = key(prefix, "journal")
        with translate_redis_errors():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.delete(journal)
                pipeline.rpush(journal, _NO_CHANGES)
                pipeline.pexpire(journal, _LONGEST_BUILD)
                await pipeline.execute()
        return (await runs_of(self._redis, [journal]))[journal]


def _segments(snapshot: PoolSnapshot) -> str:
    drawable = [each for each in snapshot.segments.segments if each.is_drawable(snapshot.at)]
    return json.dumps([{"template": each.template, "excluded": each.excluded} for each in drawable])


def _instants(snapshot: PoolSnapshot, drawable: int) -> str:
    """The ends of claims on drawable numbers; those of other numbers are added when their segment opens."""
    bitmap = to_bitmap(drawable)
    ends = [(position_of(serial_of(plate)), to_milliseconds(until)) for plate, until in snapshot.ending.items()]
    return json.dumps([end for end in ends if bitmap[end[0] // 8] & (0x80 >> end[0] % 8)])


def _plan(snapshot: PoolSnapshot) -> _Plan:
    coming = sorted(
        (each for each in snapshot.segments.segments if not each.is_drawable(snapshot.at)),
        key=attrgetter("released_at"),
    )
    openings: list[dict[str, Any]] = []
    for instant, segments in groupby(coming, key=attrgetter("released_at")):
        opening = _opening_values(instant, list(segments), snapshot)
        if len(openings) == _LOADED_OPENINGS or len(opening["claimed"]) > _MOST_CLAIMED_BEFORE_OPENING:
            return _Plan(openings, min(instant, snapshot.ending_from))
        openings.append(opening)
    return _Plan(openings, snapshot.ending_from)


def _opening_values(instant: datetime, segments: list[Segment], snapshot: PoolSnapshot) -> dict[str, Any]:
    ends = {position_of(serial_of(plate)): until for plate, until in snapshot.ending.items()}
    claimed = positions_in(union_of(segments) & snapshot.claimed)
    return {
        "at": to_milliseconds(instant),
        "segments": [{"template": each.template, "excluded": each.excluded} for each in segments],
        # A claim whose end is not known here ends after the index becomes invalid.
        "claimed": [(position, to_milliseconds(ends.get(position, FOREVER))) for position in claimed],
    }
