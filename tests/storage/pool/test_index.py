import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from domain.dependencies import DependencyUnavailable
from domain.instants import to_milliseconds
from domain.plates import POOL_SIZE, position_of
from storage.failures import IndexLost
from storage.pool.draw_tickets import Level
from storage.pool.index import DrawFilter, PoolIndex
from storage.pool.keys import index_keys
from storage.postgres.tables import FOREVER
from storage.redis.client import make_redis
from tests.support.pool import AT, LATER, B, coming_expiries, free_in, plates_at, put_index, without_four

MILLISECOND = timedelta(milliseconds=1)
EVERYTHING = (1 << POOL_SIZE) - 1
SPREAD = range(7, POOL_SIZE, 40_009)
"""91 numbers spread over the pool, in every pattern."""


@pytest.fixture
def index(redis: Redis) -> PoolIndex:
    return PoolIndex(redis)


async def test_a_draw_takes_free_numbers_and_holds_them_until_its_end(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, SPREAD)
    drawn = await index.draw(B, 10, at=AT, until=LATER)
    assert len(set(drawn)) == 10
    assert set(drawn) <= set(plates_at(SPREAD))
    assert await free_in(redis) == set(plates_at(SPREAD)) - set(drawn)
    assert await index.count(B, at=LATER - MILLISECOND) == len(SPREAD) - 10
    assert await index.count(B, at=LATER) == len(SPREAD)


async def test_draws_one_after_the_other_take_every_number_once(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, SPREAD)
    drawn = [plate for _ in range(10) for plate in await index.draw(B, 10, at=AT, until=LATER)]
    assert sorted(drawn) == sorted(plates_at(SPREAD))
    assert await index.draw(B, 10, at=AT, until=LATER) == []


async def test_a_full_pool_is_drawn_from_at_its_ends_and_seams_too(redis: Redis, index: PoolIndex) -> None:
    edges = [0, 7, 8, 255, 256, 8191 * 8 + 7, 8192 * 8, 99_999, 100_000, POOL_SIZE - 1]
    await put_index(redis, edges)
    assert sorted(await index.draw(B, 10, at=AT, until=LATER)) == sorted(plates_at(edges))
    await put_index(redis, EVERYTHING)
    assert len(set(await index.draw(B, 10, at=AT, until=LATER))) == 10
    assert await index.count(B, at=AT) == POOL_SIZE - 10


@pytest.mark.requirement("R-36")
async def test_without_four_no_drawn_number_holds_a_four(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, EVERYTHING)
    drawn = [
        p
        for _ in range(30)
        for p in await index.draw(B, 10, at=AT, until=LATER, draw_filter=DrawFilter(without_four=True))
    ]
    assert len(set(drawn)) == 300
    assert not any("4" in plate for plate in drawn)


async def test_without_four_finds_the_few_numbers_among_many_fours(redis: Redis, index: PoolIndex) -> None:
    fours = EVERYTHING ^ without_four()
    few = [position_of(serial) for serial in ("00000", "A1235", "AB123", "1A235", "12A35", "99Z99")]
    await put_index(redis, sum((1 << (POOL_SIZE - 1 - position) for position in few), fours))
    draw_filter = DrawFilter(without_four=True, hidden=[f"{B}00000"])
    assert await index.count(B, at=AT, draw_filter=draw_filter) == 5
    assert sorted(await index.draw(B, 10, at=AT, until=LATER, draw_filter=draw_filter)) == sorted(plates_at(few[1:]))
    assert await index.draw(B, 10, at=AT, until=LATER, draw_filter=draw_filter) == []
    # Only the drawn bits have changed, and no scratch copy is left.
    assert await index.count(B, at=AT) == fours.bit_count() + 1
    assert sorted(await redis.keys()) == sorted(key.encode() for key in (*index_keys(B)[:3], *index_keys(B)[7:]))


async def test_the_index_knows_all_numbers_without_a_four(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, EVERYTHING)
    assert await index.count(B, at=AT, draw_filter=DrawFilter(without_four=True)) == without_four().bit_count()
    await put_index(redis, EVERYTHING ^ without_four())
    assert await index.count(B, at=AT, draw_filter=DrawFilter(without_four=True)) == 0


async def test_hidden_numbers_are_never_drawn_and_stay_free(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, SPREAD)
    hidden = plates_at(SPREAD)[:85]
    draw_filter = DrawFilter(hidden=[*hidden, "粤C12345"])
    assert await index.count(B, at=AT, draw_filter=draw_filter) == 6
    assert sorted(await index.draw(B, 10, at=AT, until=LATER, draw_filter=draw_filter)) == sorted(
        plates_at(SPREAD)[85:]
    )
    assert await free_in(redis) == set(hidden)


async def test_a_number_that_was_taken_back_is_free_at_once(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, SPREAD)
    drawn = await index.draw(B, 10, at=AT, until=LATER)
    await index.take_back(drawn, at=AT, until=LATER)
    assert await free_in(redis) == set(plates_at(SPREAD))
    assert await coming_expiries(redis) == 0


async def test_only_the_hold_that_was_given_up_is_freed(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, [5])
    (plate,) = await index.draw(B, 1, at=AT, until=LATER)
    (again,) = await index.draw(B, 1, at=LATER, until=LATER + timedelta(seconds=90))
    assert again == plate
    await index.take_back([plate], at=LATER, until=LATER)
    assert await free_in(redis) == set()


async def test_a_hold_that_was_prolonged_ends_at_its_new_end(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, [5])
    (plate,) = await index.draw(B, 1, at=AT, until=LATER)
    await index.settle(at=AT, held={plate: LATER + MILLISECOND})
    assert await index.count(B, at=LATER) == 0
    assert await index.count(B, at=LATER + MILLISECOND) == 1


async def test_a_number_that_was_issued_never_comes_back(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, [5])
    (plate,) = await index.draw(B, 1, at=AT, until=LATER)
    await index.settle(at=AT, taken=[plate])
    assert await index.count(B, at=FOREVER - MILLISECOND) == 0


async def test_one_settlement_may_touch_several_prefixes(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, [5])
    await put_index(redis, [6], "粤C")
    await index.settle(at=AT, taken=plates_at([5]), held=dict.fromkeys(plates_at([6], "粤C"), LATER))
    assert [await index.count(B, at=AT), await index.count("粤C", at=AT)] == [0, 0]
    assert [await index.count(B, at=LATER), await index.count("粤C", at=LATER)] == [0, 1]


async def test_many_holds_that_ended_while_nobody_drew_are_all_free_again(redis: Redis, index: PoolIndex) -> None:
    positions = range(0, 3000 * 8, 8)
    await put_index(redis, positions)
    await index.settle(at=AT, held=dict.fromkeys(plates_at(positions), LATER))
    assert await index.count(B, at=AT) == 0
    assert await index.count(B, at=LATER) == 3000


@pytest.mark.parametrize("at", [AT, AT + timedelta(days=1)])
async def test_an_index_at_its_end_is_lost_and_never_a_smaller_pool(redis: Redis, index: PoolIndex, at: object) -> None:
    await put_index(redis, SPREAD, valid_until=AT)
    with pytest.raises(IndexLost):
        await index.draw(B, 10, at=AT, until=LATER)
    with pytest.raises(IndexLost):
        await index.count(B, at=AT)


@pytest.mark.parametrize("missing", ["version", "free", "moments", "log_state"])
async def test_an_emptied_index_is_lost_and_no_part_of_it_comes_back(
    redis: Redis, index: PoolIndex, missing: str
) -> None:
    await put_index(redis, SPREAD)
    left = await redis.keys()
    await redis.delete(f"pool:{{{B}}}:{missing}")
    with pytest.raises(IndexLost):
        await index.draw(B, 10, at=AT, until=LATER)
    await index.settle(at=AT, taken=plates_at([7]), held=dict.fromkeys(plates_at([8]), LATER))
    assert len(await redis.keys()) == len(left) - 1


async def test_the_scripts_survive_a_server_that_has_forgotten_them(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, SPREAD)
    await index.draw(B, 1, at=AT, until=LATER)
    await redis.script_flush()
    assert len(await index.draw(B, 10, at=AT, until=LATER)) == 10


async def test_a_draw_that_meets_an_error_leaves_no_trace(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, SPREAD)
    before = await redis.get(index_keys(B)[0])
    arguments: list[int | bytes | str] = [
        to_milliseconds(AT),
        to_milliseconds(LATER),
        10,
        0,
        b"\x00" * 64,
        16,
        "[]",
        "",
        0,
        "",
    ]
    with pytest.raises(ResponseError, match="out of random words"):
        await index._draw(keys=index_keys(B), args=arguments)
    assert await redis.get(index_keys(B)[0]) == before
    assert await coming_expiries(redis) == 0


async def test_an_office_is_drawn_from_as_one_pool(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, range(0, 30, 10))
    await put_index(redis, [4], "粤C")
    drawn = await index.draw_from_office([B, "粤C"], 10, at=AT, until=LATER)
    assert sorted(drawn) == sorted([*plates_at(range(0, 30, 10)), *plates_at([4], "粤C")])
    assert await index.draw_from_office([B, "粤C"], 10, at=AT, until=LATER) == []


async def test_a_lost_prefix_gives_back_what_the_others_had_given(
    redis: Redis, index: PoolIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put_index(redis, SPREAD)
    await put_index(redis, SPREAD, "粤C")
    counted = index._levels

    async def lose_after_count(prefixes: Sequence[str], *, at: datetime, draw_filter: DrawFilter) -> list[Level]:
        levels = await counted(prefixes, at=at, draw_filter=draw_filter)
        await redis.delete("pool:{粤C}:version")
        return levels

    monkeypatch.setattr(index, "_levels", lose_after_count)
    with pytest.raises(IndexLost):
        await index.draw_from_office([B, "粤C"], 10, at=AT, until=LATER)
    assert await free_in(redis) == set(plates_at(SPREAD))


async def test_parallel_draws_never_meet(redis: Redis, index: PoolIndex) -> None:
    await put_index(redis, range(0, POOL_SIZE, 1009))
    batches = await asyncio.gather(*(index.draw(B, 10, at=AT, until=LATER) for _ in range(100)))
    drawn = [plate for batch in batches for plate in batch]
    assert len(drawn) == len(set(drawn)) == 1000


async def test_redis_away_is_a_part_that_is_down() -> None:
    async with make_redis("redis://127.0.0.1:1/0") as nowhere:
        with pytest.raises(DependencyUnavailable, match="redis"):
            await PoolIndex(nowhere).draw(B, 10, at=AT, until=LATER)
