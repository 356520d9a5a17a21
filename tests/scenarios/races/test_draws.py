"""Parallel draws with real commits: first the index, then the one statement that decides."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.segments import positions_in
from storage.failures import ClaimLost, IndexLost
from storage.postgres.tables import claim
from storage.preselections.decisions import Claim
from tests.support.pool import B, Pool, plates_at, put_index, segment
from tests.support.stored_preselections import AT, SOON, Stored, decision

DRAWERS = 50
HUNDRED = segment("AB1!!")
PLATES = plates_at(positions_in(HUNDRED.numbers()))


@dataclass
class Draws:
    """Draws as in the service, and the reconciliation of the index at the same time."""

    pool: Pool
    stored: Stored
    drawn: dict[UUID, list[str]] = field(default_factory=dict)
    flush_after: list[int] = field(default_factory=list)
    """The number of plates after which Redis is flushed."""
    losses: int = 0
    stale: int = 0
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    mended: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def all_at_once(self, rivals: Sequence[UUID], *, rounds: int = 1, at: datetime = AT) -> None:
        reconciling = asyncio.create_task(self._keep())
        await asyncio.gather(*(self._draw_often(rival, rounds, at) for rival in rivals))
        reconciling.cancel()

    async def _draw_often(self, rival: UUID, rounds: int, at: datetime) -> None:
        for revision in range(1, rounds + 1):
            self.drawn.setdefault(rival, []).extend(await self._draw(rival, revision, at))
            if self.flush_after and sum(map(len, self.drawn.values())) >= self.flush_after[0]:
                del self.flush_after[0]
                await self.pool.redis.flushall()

    async def _draw(self, rival: UUID, revision: int, at: datetime) -> list[str]:
        while True:
            try:
                picked = await self.pool.index.draw(B, 10, at=at, until=SOON)
                hold = [Claim(plate, "offered", SOON) for plate in picked]
                await self.stored.decisions.commit(decision(rival, at=at, expected_revision=revision, hold=hold))
            except IndexLost:
                await self._mend()
            except ClaimLost as lost:
                self.stale += 1
                await self._give_back(picked, lost.plates, at)
            else:
                return picked

    async def _give_back(self, picked: list[str], lost: Sequence[str], at: datetime) -> None:
        await self.pool.index.take_back([plate for plate in picked if plate not in lost], at=at, until=SOON)
        await self.pool.index.settle(at=at, held=dict.fromkeys(lost, SOON))

    async def _mend(self) -> None:
        self.losses += 1
        async with self.mended:
            self.lost.set()
            await self.mended.wait()

    async def _keep(self) -> None:
        while True:
            await self.lost.wait()
            self.lost.clear()
            await self.pool.reconciler.reconcile(AT)
            async with self.mended:
                self.mended.notify_all()


@pytest.fixture
async def draws(pool: Pool, stored_rows: Stored) -> Draws:
    return Draws(pool, stored_rows)


async def owners(pool: Pool) -> dict[str, UUID]:
    rows = await pool.database.rows(select(claim.c.plate, claim.c.preselection_id).where(claim.c.until > AT))
    return {row.plate: row.preselection_id for row in rows}


async def assert_nobody_shares(draws: Draws) -> None:
    """Every drawn number belongs to its drawer, in the response and in the database."""
    given = {plate: rival for rival, plates in draws.drawn.items() for plate in plates}
    assert len(given) == sum(map(len, draws.drawn.values()))
    assert await owners(draws.pool) == given


async def test_fifty_parallel_draws_never_give_a_number_twice(draws: Draws) -> None:
    await draws.pool.add_prefix(B, segment("AB!!!"))
    await draws.pool.reconciler.reconcile(AT)
    rivals = [await draws.stored.insert() for _ in range(DRAWERS)]
    await draws.all_at_once(rivals)
    assert [len(plates) for plates in draws.drawn.values()] == [10] * DRAWERS
    assert (draws.losses, draws.stale) == (0, 0)
    await assert_nobody_shares(draws)


async def test_draws_that_are_more_than_the_pool_share_it_out_to_the_last_number(draws: Draws) -> None:
    await draws.pool.add_prefix(B, HUNDRED)
    await draws.pool.reconciler.reconcile(AT)
    rivals = [await draws.stored.insert() for _ in range(DRAWERS)]
    await draws.all_at_once(rivals)
    assert sorted(plate for plates in draws.drawn.values() for plate in plates) == PLATES
    await assert_nobody_shares(draws)


async def test_redis_flushed_while_draws_go_on_costs_time_and_no_number_is_given_twice(draws: Draws) -> None:
    await draws.pool.add_prefix(B, segment("AB!!!"), segment("AC!!!"), segment("AD!!!"))
    await draws.pool.reconciler.reconcile(AT)
    rivals = [await draws.stored.insert() for _ in range(DRAWERS)]
    draws.flush_after = [100, 400, 900, 1400]
    await draws.all_at_once(rivals, rounds=4)
    assert [len(plates) for plates in draws.drawn.values()] == [40] * DRAWERS
    assert draws.losses > 0
    assert draws.flush_after == []
    await assert_nobody_shares(draws)


async def test_an_index_that_knows_of_no_claim_costs_repeats_and_no_number_is_given_twice(draws: Draws) -> None:
    await draws.pool.add_prefix(B, HUNDRED)
    first = await draws.stored.insert()
    hold = [Claim(plate, "offered", SOON) for plate in PLATES[:70]]
    await draws.stored.decisions.commit(decision(first, hold=hold))
    draws.drawn[first] = PLATES[:70]
    await put_index(draws.pool.redis, HUNDRED.numbers())
    rivals = [await draws.stored.insert() for _ in range(10)]
    await draws.all_at_once(rivals)
    assert draws.stale > 0
    assert sorted(plate for plates in draws.drawn.values() for plate in plates) == PLATES
    await assert_nobody_shares(draws)


async def test_a_draw_that_died_before_its_commit_gives_its_numbers_back_at_its_end(draws: Draws) -> None:
    await draws.pool.add_prefix(B, HUNDRED)
    await draws.pool.reconciler.reconcile(AT)
    await draws.pool.index.draw(B, 60, at=AT, until=SOON)
    assert await draws.pool.index.count(B, at=AT) == 40
    assert await draws.pool.index.count(B, at=SOON) == 100
