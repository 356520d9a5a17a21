"""A restored database and a crash in the middle of a day: what is missing is named or counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from domain.fair_draws import DrawSeed, draw_id_of, link_of
from domain.segments import Segment
from embedded.postgres import Postgres
from storage.audit.trail import Act
from storage.pool.draw_tickets import DrawTicket
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.drawing import BEGIN, DAY, SECOND, DrawWorld
from tests.support.phones import Phone
from tests.support.stored_preselections import KEYS
from tests.support.valkeys import patient
from worker.container import WorkerContainer

B, C = "粤B", "粤C"


async def test_a_restored_backup_leaves_a_gap_that_the_checker_names(
    drawing: DrawWorld, fresh_database: str, redis_url: str, postgres: Postgres, tmp_path: Path
) -> None:
    office = await drawing.add_office({B: ["AB1!!"], C: ["AB2!!"]})
    car, other = await drawing.selecting(office), await drawing.selecting(office)
    await drawing.draw(car, prefix=B)
    await drawing.draw(car, prefix=C)
    await drawing.container.fairness_keeper().keep(drawing.now)
    await drawing.container.close()
    source = fresh_database.rsplit("/", 1)[-1].partition("?")[0]
    backup = f"{source}_backup"
    await postgres.create_database(backup, template=source)
    async with world_of(fresh_database, redis_url, drawing) as lost:
        await lost.draw(car, prefix=B)
        await lost.draw(other, prefix=C)
        await lost.container.fairness_keeper().keep(lost.now)
    # The backup of before these two draws; the index in Redis still lacks their numbers.
    async with world_of(postgres.url(backup), redis_url, lost) as restored:
        keeper, reconciler = restored.container.fairness_keeper(), restored.container.repositories.pool_reconciler
        with pytest.raises(ApplicationError, match="unavailable"):
            await restored.draw(car, prefix=B)
        assert await reconciler.reconcile(restored.now) == [B]
        await restored.draw(car, prefix=B)
        # The worker's keeper finds the gap of the other prefix, before any draw does.
        await restored.container.repositories.pool_index.settle(at=restored.now, taken=[f"{C}AB299"])
        await keeper.keep(restored.now)
        assert await reconciler.reconcile(restored.now) == [C]
        await restored.draw(other, prefix=C)
        found = await restored.write_files(tmp_path)
    await postgres.drop_database(backup)
    assert found["draws replayed"] == 4
    assert found["logs that began again"] == 2
    for prefix in (B, C):
        assert any(what.startswith(f"{prefix}: lines are missing between ") for what in found)


@asynccontextmanager
async def world_of(address: str, redis_url: str, before: DrawWorld) -> AsyncIterator[DrawWorld]:
    """The same world with another database."""
    repositories = Repositories.build(Database(address), make_redis(patient(redis_url)), KEYS)
    container = WorkerContainer(repositories, httpx.AsyncClient(), Phone(), clock_skew=None)
    try:
        yield DrawWorld(container, before.now, before.offices)
    finally:
        await container.close()


async def test_a_crash_between_the_pick_and_the_commit_is_counted(drawing: DrawWorld, tmp_path: Path) -> None:
    """Both when the draw never comes back, and when the same draw is picked once more: that would be a second try."""
    office = await drawing.add_office({B: ["AB1!!"]})
    repositories = drawing.container.repositories
    gone, again = await drawing.selecting(office), await drawing.selecting(office)
    await drawing.draw(await drawing.selecting(office))
    [day] = [each for each in await repositories.fairness_days.between(BEGIN, BEGIN) if each.day == DAY]
    nonce = "nonce-of-the-crash-0001"
    for car in (gone, again):
        draw_id = draw_id_of(link_of(str(car)), 5)
        ticket = DrawTicket(DrawSeed(repositories.fairness_days.secret(day), draw_id, nonce))
        until = (await drawing.state(car)).policy.batch_ttl.after(drawing.now)
        await repositories.pool_index.draw(B, 10, at=drawing.now, until=until, ticket=ticket)
    await drawing.draw(again, nonce=nonce)
    found = await drawing.write_files(tmp_path)
    assert found["draws replayed"] == 2
    assert found["picks that led to no draw"] == 2


async def test_a_segment_that_a_wrong_clock_has_opened_early_gives_no_number(drawing: DrawWorld) -> None:
    """The index opens a segment for any process that asks it as of a later time; a draw notices, and it is rebuilt."""
    office = await drawing.add_office({B: ["A10!!"]})
    repositories, opens_at = drawing.container.repositories, drawing.now + timedelta(hours=2)
    for template, excluded in (("A11!!", ()), ("A1!!1", ("A10*1", "A11*1"))):
        coming = Segment(B, template, excluded, opens_at, opens_at)
        await repositories.segments.release(coming, Act(drawing.now, "operator", "op-1", "测试"))
    await repositories.pool_reconciler.rebuild(B, drawing.now)
    car = await drawing.selecting(office)
    # An index that is right gives numbers although more are coming, also such as their templates exclude.
    assert await drawn_from(drawing, car) == {"A10"}
    await repositories.pool_index.settle(at=opens_at + SECOND, taken=[f"{B}A1000"])
    with pytest.raises(ApplicationError, match="unavailable"):
        await drawing.draw(car)
    assert await repositories.pool_reconciler.reconcile(drawing.now) == [B]
    for other in [await drawing.selecting(office) for _ in range(4)]:
        assert await drawn_from(drawing, other) == {"A10"}


async def drawn_from(drawing: DrawWorld, preselection: UUID) -> set[str]:
    """The first places of the numbers of a draw."""
    await drawing.draw(preselection)
    batch = (await drawing.state(preselection)).batch
    assert batch
    return {number[2:5] for number in batch.numbers}
