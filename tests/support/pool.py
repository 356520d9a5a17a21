"""A pool for tests: segments and claims as rows, and an index written directly to Redis."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from domain.instants import to_milliseconds
from domain.plates import PATTERNS, POOL_SIZE, serial_at
from domain.segments import POOL_BYTES, Segment, from_bitmap, positions_in, to_bitmap
from storage.audit.trail import Act
from storage.offices.offices import Office, Offices
from storage.pool.index import PoolIndex
from storage.pool.keys import index_keys
from storage.pool.masks import mask_of_positions
from storage.pool.reconcile import PoolReconciler
from storage.pool.segments import SegmentRepository
from storage.postgres.database import Database
from storage.postgres.tables import FOREVER
from storage.redis.client import RedisClient
from tests.support.stored_claims import insert_claims

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
LATER = AT + timedelta(seconds=90)
ACT = Act(AT, "operator", "op-1", "测试")
WHOLE_PATTERNS = [pattern.replace("D", "!").replace("L", "@") for pattern in PATTERNS]
B = "粤B"
GUARD, GUARD_AT = POOL_BYTES * 8, 253402300799000
"""The member of the expiries that is no position and always there (`storage/pool/lua/common.lua`)."""


def plates_at(positions: Iterable[int], name: str = B) -> list[str]:
    return [name + serial_at(position) for position in positions]


@cache
def without_four() -> int:
    """The mask of all positions whose number contains no digit 4."""
    return int("".join("01"["4" not in serial_at(position)] for position in range(POOL_SIZE)), 2)


async def put_index(
    redis: RedisClient, free: Iterable[int] | int, name: str = B, *, valid_until: datetime = FOREVER
) -> None:
    """An index with only these free numbers."""
    mask = free if isinstance(free, int) else mask_of_positions(free)
    bitmap, instants, version, *others = index_keys(name)
    async with redis.pipeline() as pipeline:
        pipeline.delete(bitmap, instants, version, *others)
        pipeline.set(bitmap, to_bitmap(mask))
        pipeline.zadd(instants, {str(GUARD): GUARD_AT})
        pipeline.hset(version, mapping={"revision": 0, "run": "test", "valid_until": to_milliseconds(valid_until)})
        pipeline.hset(others[-1], mapping={"run": "test", "epoch": 1, "seq": 0})
        await pipeline.execute()


async def free_in(redis: RedisClient, name: str = B) -> set[str]:
    """The plates whose bit is set, without applying due changes."""
    bitmap = await redis.get(index_keys(name)[0])
    assert isinstance(bitmap, bytes)
    assert len(bitmap) == POOL_BYTES
    return set(plates_at(positions_in(from_bitmap(bitmap)), name))


async def coming_expiries(redis: RedisClient, name: str = B) -> int:
    """How many ends of holds the index has."""
    return int(await redis.zcard(index_keys(name)[1])) - 1


class Pool:
    """The pool's rows in one database. Each prefix belongs to a separate office."""

    def __init__(self, database: Database, redis: RedisClient) -> None:
        self.database = database
        self.redis = redis
        self.reconciler = PoolReconciler(database, redis)
        self.index = PoolIndex(redis)

    async def add_prefix(self, name: str, *segments: Segment) -> None:
        await Offices(self.database).save(Office(f"office {name}", "车管所", "龙井路", "广东", (name,)))
        await self.add_segments(*segments)

    async def add_segments(self, *segments: Segment) -> None:
        for each in segments:
            await SegmentRepository(self.database).release(each, ACT)

    async def add_claims(self, plates: Iterable[str], kind: str = "issued", until: datetime = FOREVER) -> None:
        await self.add_claims_each(kind, dict.fromkeys(plates, until))

    async def add_claims_each(self, kind: str, ends: Mapping[str, datetime]) -> None:
        await insert_claims(self.database, kind, ends, changed_at=AT)


def segment(
    template: str,
    *excluded: str,
    name: str = B,
    released_at: datetime = AT - timedelta(days=30),
    compose_from: datetime = AT - timedelta(days=23),
) -> Segment:
    return Segment(name, template, excluded, released_at, compose_from)
