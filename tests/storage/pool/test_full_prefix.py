"""The pool at its full size: all ten patterns of a prefix, 3,604,000 numbers."""

import random
from time import perf_counter

from redis.asyncio import Redis
from sqlalchemy import text

from domain.plates import POOL_SIZE
from storage.pool.index import DrawFilter
from storage.pool.keyboard import KeyboardSnapshots
from storage.pool.rebuild import KEPT_INSTANTS
from storage.postgres.tables import FOREVER
from tests.support.pool import AT, LATER, WHOLE_PATTERNS, B, Pool, coming_expiries, plates_at, segment

MIB = 1024 * 1024
ISSUE_ALL_DIGITS = text(
    "INSERT INTO claim (plate, kind, until, changed_at) "
    "SELECT :prefix || lpad(number::text, 5, '0'), 'issued', :until, :at FROM generate_series(0, 99999) AS number"
)
WHOLE = [segment(template) for template in WHOLE_PATTERNS]


async def test_a_full_prefix_is_released_in_less_than_a_second(pool: Pool) -> None:
    await pool.add_prefix(B)
    await pool.reconciler.reconcile(AT)
    begun = perf_counter()
    await pool.add_segments(*WHOLE)
    await pool.reconciler.rebuild(B, AT)
    taken = perf_counter() - begun
    assert await pool.index.count(B, at=AT) == POOL_SIZE
    assert taken < 1.0


async def test_a_full_prefix_costs_at_most_a_mebibyte_of_redis(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, *WHOLE)
    held = plates_at(random.Random(1).sample(range(POOL_SIZE), KEPT_INSTANTS))
    await pool.add_claims(held, "reserved", LATER)
    await pool.reconciler.reconcile(AT)
    await KeyboardSnapshots(pool.database, redis).get(B, AT, LATER - AT)
    await pool.index.draw(B, 10, at=AT, until=LATER, draw_filter=DrawFilter(without_four=True))
    names = await redis.keys()
    assert all(B.encode() in name for name in names if isinstance(name, bytes))
    sizes = [await redis.memory_usage(name, samples=0) or 0 for name in names]
    assert 2 * POOL_SIZE // 8 < sum(sizes) <= MIB
    assert await coming_expiries(redis) == KEPT_INSTANTS + 10


async def test_a_hundred_thousand_claims_are_missing_from_a_new_index(pool: Pool) -> None:
    await pool.add_prefix(B, *WHOLE)
    async with pool.database.transaction(timeout_s=30) as connection:
        await connection.execute(ISSUE_ALL_DIGITS, {"prefix": B, "until": FOREVER, "at": AT})
    await pool.reconciler.reconcile(AT)
    assert await pool.index.count(B, at=AT) == POOL_SIZE - 100_000
    assert not any(plate[2:].isdigit() for plate in await pool.index.draw(B, 1000, at=AT, until=LATER))
