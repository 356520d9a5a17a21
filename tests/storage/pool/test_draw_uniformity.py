"""Draws are exactly uniform over what is free.

Ten numbers of one draw are all different, so the counts of `n` numbers over many draws of `k` spread less than
independent ones would: the plain χ² has the expectation n - k, and times (n - 1) / (n - k) it is a χ² with n - 1
degrees of freedom.
Each test has a false alarm in two of a million runs: one for counts too uneven, and one for counts too even.
"""

import random
from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from datetime import timedelta
from itertools import permutations
from math import sqrt

import pytest
from redis.asyncio import Redis

from domain.plates import POOL_SIZE
from domain.segments import positions_in
from storage.pool.draw_tickets import DrawTicket
from storage.pool.index import DrawFilter, PoolIndex
from tests.support.pool import AT, B, plates_at, put_index, segment

pytestmark = pytest.mark.slow

DRAWS = 10_000
MILLISECOND = timedelta(milliseconds=1)
DEVIATIONS = 4.753
"""A normal variable lies further out on one side once in a million times."""

NUMBERS = [*positions_in(segment("A1!!!").numbers())][::5]
"""200 numbers, of which 146 contain no 4."""
ONE_IN_A_THOUSAND = random.Random(36).sample(range(POOL_SIZE), POOL_SIZE // 1000)
POOLS = {"nothing taken": NUMBERS, "half taken": NUMBERS[::2], "99.9 % taken": ONE_IN_A_THOUSAND}


def quantile(degrees: int, deviations: float) -> float:
    """Of χ², by Wilson and Hilferty: exact to a thousandth for 19 degrees and more."""
    return degrees * (1 - 2 / (9 * degrees) + deviations * sqrt(2 / (9 * degrees))) ** 3


def assert_uniform(seen: Iterable[Hashable], cells: Collection[Hashable], *, together: int = 1) -> None:
    """`seen` are draws of `together` different cells at a time."""
    counts = Counter(seen)
    assert counts.keys() <= set(cells)
    size, expected = len(cells), counts.total() / len(cells)
    plain = sum((counts[cell] - expected) ** 2 for cell in cells) / expected
    statistic = plain * (size - 1) / (size - together)
    assert quantile(size - 1, -DEVIATIONS) < statistic < quantile(size - 1, DEVIATIONS)


async def draws(
    index: PoolIndex, number: int, count: int = 10, *, prefixes: Iterable[str] = (B,), draw_filter: DrawFilter
) -> list[list[str]]:
    """Draws of which each starts when the previous one has expired, so all find the same numbers free."""
    drawn, names = list[list[str]](), list(prefixes)
    for at in (AT + place * MILLISECOND for place in range(number)):
        ticket, until = DrawTicket(), at + MILLISECOND
        drawn.append(
            await index.draw_from_office(names, count, at=at, until=until, draw_filter=draw_filter, ticket=ticket)
        )
        # The lines of the log that nobody stores would be returned by every later draw.
        for pick in ticket.picks:
            index.note_persisted(pick.prefix, pick.epoch, pick.seq)
    return drawn


# Each pool and each filter; all six pairs would show no more and take a minute longer.
@pytest.mark.parametrize("pool, without_four", list(zip(POOLS, (False, True, False), strict=True)))
async def test_ten_thousand_draws_of_ten_are_uniform(redis: Redis, pool: str, *, without_four: bool) -> None:
    await put_index(redis, POOLS[pool])
    drawn = await draws(PoolIndex(redis), DRAWS, draw_filter=DrawFilter(without_four=without_four))
    eligible = [plate for plate in plates_at(POOLS[pool]) if not (without_four and "4" in plate)]
    assert all(len(set(batch)) == 10 for batch in drawn)
    assert_uniform((plate for batch in drawn for plate in batch), eligible, together=10)
    assert_uniform((batch[0] for batch in drawn), eligible)


async def test_every_order_of_every_choice_is_equally_likely(redis: Redis) -> None:
    await put_index(redis, NUMBERS[:5])
    drawn = await draws(PoolIndex(redis), 4_000, 2, draw_filter=DrawFilter())
    assert_uniform(map(tuple, drawn), [*permutations(plates_at(NUMBERS[:5]), 2)])


async def test_hidden_numbers_make_no_other_one_likelier(redis: Redis) -> None:
    await put_index(redis, NUMBERS)
    drawn = await draws(PoolIndex(redis), 4_000, draw_filter=DrawFilter(hidden=plates_at(NUMBERS[:40])))
    assert_uniform((plate for batch in drawn for plate in batch), plates_at(NUMBERS[40:]), together=10)


@pytest.mark.parametrize("without_four, number", [(False, 1_500), (True, 500)], ids=["with four", "without four"])
async def test_a_draw_is_uniform_over_all_prefixes_of_an_office(
    redis: Redis, number: int, *, without_four: bool
) -> None:
    pools = {B: NUMBERS[:150], "粤C": NUMBERS[150:160], "粤D": NUMBERS[160:]}
    for prefix, numbers in pools.items():
        await put_index(redis, numbers, prefix)
    drawn = await draws(PoolIndex(redis), number, prefixes=pools, draw_filter=DrawFilter(without_four=without_four))
    plates = [plate for prefix, numbers in pools.items() for plate in plates_at(numbers, prefix)]
    eligible = [plate for plate in plates if not (without_four and "4" in plate)]
    assert_uniform((plate for batch in drawn for plate in batch), eligible, together=10)
    assert_uniform((batch[0] for batch in drawn), eligible)


def test_the_measure_would_notice_one_number_that_comes_half_as_often_and_counts_that_are_too_even() -> None:
    chance = random.Random(1)
    cells = range(200)
    fair = [number for _ in range(DRAWS) for number in chance.sample(cells, 10)]
    assert_uniform(fair, cells, together=10)
    with pytest.raises(AssertionError):
        assert_uniform((number for number in fair if number or chance.random() < 0.5), cells, together=10)
    with pytest.raises(AssertionError):
        assert_uniform([*cells] * 500, cells, together=10)
