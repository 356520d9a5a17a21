"""The log of the pool, in the database: Redis orders the lines of a prefix, and the database keeps them.

A draw writes the lines up to its own together with its result; the shipper writes the others. A gap means that one of
the two was restored or restarted: the index is given up then, and its log begins again with the state of the pool.
"""

import secrets
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from redis.exceptions import ResponseError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.instants import to_milliseconds
from storage.pool.keys import index_keys, key
from storage.pool.log_lines import LogLine
from storage.pool.tables import pool_bitmap, pool_log
from storage.postgres.database import Database
from storage.redis.client import RedisClient, script, translate_redis_errors

_WRITE = b"""
    INSERT INTO pool_log (prefix, epoch, seq, at, line, free, states)
    SELECT * FROM unnest(
        CAST(%(prefixes)s AS text[]), CAST(%(epochs)s AS bigint[]), CAST(%(seqs)s AS bigint[]),
        CAST(%(ats)s AS timestamptz[]), CAST(%(lines)s AS text[]), CAST(%(free)s AS text[]),
        CAST(%(states)s AS bigint[])
    ) ON CONFLICT DO NOTHING
"""
# The prefixes that had a line since the last one that states their free numbers, where that is older than an instant.
_UNSTATED = b"""
    SELECT last.prefix FROM (
        SELECT prefix, max(epoch) AS epoch FROM pool_log GROUP BY prefix
    ) AS last
    CROSS JOIN LATERAL (
        SELECT max(seq) AS seq, max(at) AS at FROM pool_log AS stated
        WHERE stated.prefix = last.prefix AND stated.epoch = last.epoch AND free IS NOT NULL
    ) AS stated
    WHERE stated.at < %(before)s AND EXISTS (
        SELECT FROM pool_log AS later
        WHERE later.prefix = last.prefix AND later.epoch = last.epoch AND later.seq > stated.seq
    )
"""
_MOST_LINES = 2_000


def line_values(lines: Iterable[LogLine]) -> dict[str, list[Any]]:
    """The lines as parameters of a statement, one list for each column."""
    columns = list(zip(*lines, strict=True))
    names = ("prefixes", "epochs", "seqs", "ats", "lines", "free", "states")
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


class PoolLog:
    """Raises `DependencyUnavailable` for the database or Redis."""

    def __init__(self, database: Database, redis: RedisClient) -> None:
        self._database = database
        self._redis = redis
        self._state = script(redis, "pool", "common", "state")
        self._checkpoint = script(redis, "pool", "common", "checkpoint")

    async def store_bitmap(self, prefix: str, bitmap: bytes, at: datetime) -> str:
        """Keep a bitmap, and return its digest."""
        digest = sha256(bitmap).hexdigest()
        values = {"prefix": prefix, "digest": digest, "at": at, "content": zlib.compress(bitmap, 1)}
        used_again = {"at": at}
        await self._database.rows(
            insert(pool_bitmap).values(values).on_conflict_do_update(constraint="pk_pool_bitmap", set_=used_again)
        )
        return digest

    async def ship(self, prefixes: Sequence[str]) -> dict[str, int]:
        """Write the lines that only Redis has; returns the prefixes whose log has a gap, with its epoch."""
        with translate_redis_errors():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for prefix in prefixes:
                    pipeline.xrange(key(prefix, "log"), count=_MOST_LINES)
                found = await pipeline.execute()
        logs = dict(zip(prefixes, found, strict=True))
        shipped = {prefix: await self._ship(prefix, entries) for prefix, entries in logs.items() if entries}
        return {prefix: epoch for prefix, epoch in shipped.items() if epoch is not None}

    async def _ship(self, prefix: str, entries: Sequence[tuple[bytes, Mapping[bytes, bytes]]]) -> int | None:
        """Write these lines, or return the epoch in which others are missing before them."""
        lines = [LogLine.of(prefix, place, fields[b"l"].decode()) for place, fields in entries]
        for epoch in dict.fromkeys(line.epoch for line in lines):
            first = min(line.seq for line in lines if line.epoch == epoch)
            if first > 1 and not await self._has(prefix, epoch, first - 1):
                return epoch
        await self._database.fetch_raw(_WRITE, line_values(lines))
        with translate_redis_errors():
            await self._redis.xtrim(
                key(prefix, "log"), minid=f"{lines[-1].epoch}-{lines[-1].seq + 1}", approximate=False
            )
        return None

    async def _has(self, prefix: str, epoch: int, seq: int) -> bool:
        columns = pool_log.c
        line = select(columns.seq).where(columns.prefix == prefix, columns.epoch == epoch, columns.seq == seq)
        return await self._database.row(line) is not None

    async def state_free_numbers(self, at: datetime, *, older_than: datetime) -> list[str]:
        """State the free numbers of every prefix whose log went on since, and was last stated before an instant."""
        found = await self._database.fetch_raw(_UNSTATED, {"before": older_than})
        return [prefix for (prefix,) in found if await self._state_prefix(prefix, at)]

    async def _state_prefix(self, prefix: str, at: datetime) -> bool:
        try:
            with translate_redis_errors():
                bitmap, epoch, seq = await self._state(keys=index_keys(prefix), args=[to_milliseconds(at)])
        except ResponseError:
            # The index is lost; the one that is built next states its numbers.
            return False
        digest = await self.store_bitmap(prefix, bitmap, at)
        # The salt keeps the digest of a single change from being guessed.
        arguments = [to_milliseconds(at), epoch, seq, digest, secrets.token_hex(16)]
        with translate_redis_errors():
            return bool(await self._checkpoint(keys=index_keys(prefix), args=arguments))
