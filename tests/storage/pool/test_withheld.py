"""Numbers withheld by one operator, confirmed by another, and released at a random instant."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage.audit.trail import Act, AuditTrail
from storage.failures import NotTheSecond
from storage.pool.index import PoolIndex
from storage.pool.snapshot import PoolRecords
from storage.pool.withheld import WithheldNumbers, Withholding
from storage.postgres.tables import FOREVER, claim
from storage.redis.client import RedisClient, make_redis
from tests.support.pool import AT, LATER, B, Pool, free_in, segment

FIRST = Act(AT, "operator", "op-1", "留作公务")
SECOND = Act(LATER, "operator", "op-2", "不再需要")
DAY = timedelta(days=1)


@pytest.fixture
async def pool(pool: Pool) -> Pool:
    """A hundred numbers, with an index."""
    await pool.add_prefix(B, segment("123!!"))
    await pool.reconciler.reconcile(AT)
    return pool


@pytest.fixture
def withheld_numbers(pool: Pool) -> WithheldNumbers:
    return WithheldNumbers(pool.database, pool.index)


@pytest.fixture
async def away() -> AsyncIterator[RedisClient]:
    async with make_redis("redis://127.0.0.1:1/0") as nobody:
        yield nobody


def numbers(*last: int) -> list[str]:
    return [f"{B}123{each:02}" for each in last]


async def withhold(withheld: WithheldNumbers, *last: int, act: Act = FIRST) -> Withholding:
    done = await withheld.withhold(uuid4(), B, numbers(*last), act)
    assert done.withholding is not None
    return done.withholding


async def release(withheld: WithheldNumbers, withholding_id: UUID) -> Withholding | None:
    return await withheld.release(withholding_id, SECOND, earliest=LATER + DAY, latest=LATER + 3 * DAY)


async def test_a_withheld_number_is_in_no_draw_and_no_keyboard(pool: Pool, withheld_numbers: WithheldNumbers) -> None:
    made = await withhold(withheld_numbers, 7, 8)
    assert (made.plates, made.reason, made.withheld_by) == (numbers(7, 8), "留作公务", "op-1")
    assert not set(numbers(7, 8)) & await free_in(pool.redis)
    levels = await PoolRecords(pool.database).levels(B, AT)
    assert (levels["withheld"], levels["free"]) == (2, 98)
    assert (await PoolRecords(pool.database).keyboard(B, AT)).bit_count() == 98


async def test_numbers_that_somebody_has_are_listed_and_stay_theirs(
    pool: Pool, withheld_numbers: WithheldNumbers
) -> None:
    await pool.add_claims(numbers(1), "offered", LATER)
    await pool.add_claims(numbers(2), "offered", AT)
    done = await withheld_numbers.withhold(uuid4(), B, numbers(1, 2, 3), FIRST)
    assert done.withholding is not None
    assert (done.withholding.plates, done.taken) == (numbers(2, 3), numbers(1))
    assert await claims_on(pool, numbers(1)) == {numbers(1)[0]: ("offered", LATER)}


async def test_where_no_number_can_be_had_nothing_is_written(pool: Pool, withheld_numbers: WithheldNumbers) -> None:
    await pool.add_claims(numbers(1))
    done = await withheld_numbers.withhold(uuid4(), B, numbers(1), FIRST)
    assert (done.withholding, done.taken) == (None, numbers(1))
    assert await withheld_numbers.of_prefix(B) == []


async def test_the_same_order_again_changes_nothing_even_after_the_release(
    pool: Pool, withheld_numbers: WithheldNumbers
) -> None:
    made = await withhold(withheld_numbers, 5)
    assert await withheld_numbers.withhold(made.id, B, numbers(5), SECOND) == await withheld_numbers.withhold(
        made.id, B, numbers(5), FIRST
    )
    await release(withheld_numbers, made.id)
    again = await withheld_numbers.withhold(made.id, B, numbers(5), FIRST)
    assert again.withholding is not None
    assert again.withholding.released_by == "op-2"
    assert (await claims_on(pool, numbers(5)))[numbers(5)[0]][0] == "cooling"


async def test_numbers_given_back_cool_each_until_an_instant_of_its_own(
    pool: Pool, withheld_numbers: WithheldNumbers
) -> None:
    made = await withhold(withheld_numbers, *range(20))
    released = await release(withheld_numbers, made.id)
    assert released is not None
    assert (released.released_by, released.release_reason, released.released_at) == ("op-2", "不再需要", LATER)
    ends = await claims_on(pool, numbers(*range(20)))
    instants = {until for _, until in ends.values()}
    assert {kind for kind, _ in ends.values()} == {"cooling"}
    assert len(instants) > 10
    assert all(LATER + DAY <= until <= LATER + 3 * DAY for until in instants)
    drawn = await pool.index.draw(B, 100, at=LATER + 3 * DAY, until=FOREVER)
    assert len(drawn) == 100
    assert await release(withheld_numbers, made.id) is None
    assert await release(withheld_numbers, uuid4()) is None


async def test_withholding_and_giving_back_each_wait_for_another_operator(withheld_numbers: WithheldNumbers) -> None:
    made = await withhold(withheld_numbers, 1)
    assert [each.id for each in await withheld_numbers.unconfirmed_withholdings()] == [made.id]
    with pytest.raises(NotTheSecond):
        await withheld_numbers.confirm(made.id, FIRST)
    confirmed = await withheld_numbers.confirm(made.id, SECOND)
    assert confirmed is not None
    assert (confirmed.confirmed_by, confirmed.confirmed_at) == ("op-2", LATER)
    assert await withheld_numbers.confirm(made.id, SECOND) is None
    assert await withheld_numbers.unconfirmed_withholdings() == []
    await release(withheld_numbers, made.id)
    assert [each.id for each in await withheld_numbers.unconfirmed_withholdings()] == [made.id]
    with pytest.raises(NotTheSecond):
        await withheld_numbers.confirm(made.id, SECOND)
    last = await withheld_numbers.confirm(made.id, FIRST)
    assert last is not None
    assert last.release_confirmed_by == "op-1"
    assert await withheld_numbers.unconfirmed_withholdings() == []


async def test_a_second_operator_who_refuses_gives_back_exactly_what_was_withheld(
    pool: Pool, withheld_numbers: WithheldNumbers
) -> None:
    await pool.add_claims(numbers(1), "reserved", FOREVER)
    done = await withheld_numbers.withhold(uuid4(), B, numbers(1, 2, 3), FIRST)
    other = await withhold(withheld_numbers, 4)
    assert done.withholding is not None
    assert await release(withheld_numbers, done.withholding.id)
    cooled = LATER + 3 * DAY
    levels = await PoolRecords(pool.database).levels(B, cooled)
    assert (levels["free"], levels["reserved"], levels["withheld"]) == (98, 1, 1)
    drawn = set(await pool.index.draw(B, 100, at=cooled, until=FOREVER))
    assert drawn >= set(numbers(2, 3))
    assert not drawn & set(other.plates)


async def test_every_act_is_audited_with_its_numbers(pool: Pool, withheld_numbers: WithheldNumbers) -> None:
    made = await withhold(withheld_numbers, 1, 2)
    await withheld_numbers.confirm(made.id, SECOND)
    await release(withheld_numbers, made.id)
    entries = await AuditTrail(pool.database).between(AT, LATER + DAY)
    acts = [(entry.action, entry.actor, entry.plates) for entry in entries if entry.plates]
    assert acts == [
        ("withhold_numbers", "op-1", numbers(1, 2)),
        ("confirm_withholding", "op-2", numbers(1, 2)),
        ("release_withheld", "op-2", numbers(1, 2)),
    ]
    # What is in force before its confirmation says so.
    assert [entry.facts.get("in_force") for entry in entries if entry.plates] == [True, None, True]


async def test_two_that_withhold_the_same_numbers_share_none(pool: Pool, withheld_numbers: WithheldNumbers) -> None:
    there, back = numbers(*range(50)), numbers(*reversed(range(50)))
    done = await asyncio.gather(*(withheld_numbers.withhold(uuid4(), B, wanted, FIRST) for wanted in (there, back) * 3))
    got = [plate for each in done if each.withholding for plate in each.withholding.plates]
    assert sorted(got) == there


async def test_a_prefix_that_no_office_has_is_refused_and_its_numbers_stay(
    pool: Pool, withheld_numbers: WithheldNumbers
) -> None:
    with pytest.raises(IntegrityError):
        await withheld_numbers.withhold(uuid4(), "粤C", ["粤C12345"], FIRST)
    assert await claims_on(pool, ["粤C12345"]) == {}


@pytest.mark.slow
async def test_numbers_can_be_withheld_while_redis_is_away(pool: Pool, away: RedisClient) -> None:
    made = await withhold(WithheldNumbers(pool.database, PoolIndex(away)), 4)
    assert await claims_on(pool, numbers(4)) == {numbers(4)[0]: ("withheld", FOREVER)}
    assert made.plates == numbers(4)


async def claims_on(pool: Pool, plates: list[str]) -> dict[str, tuple[str, datetime]]:
    columns = claim.c
    found = await pool.database.rows(
        select(columns.plate, columns.kind, columns.until).where(columns.plate.in_(plates))
    )
    return {row[0]: (row[1], row[2]) for row in found}
