"""Draws across a real rotation of the hashing key and a change of the day: every secret stays the committed one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from temporalio.client import Client

from operations.commands import OperatorCommand
from operations.context import OperationsContext
from operations.key_changes import make_key
from storage.crypto.vault import Keys
from storage.fairness.days import CommittedDay
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.api_stack import Addresses, keys_of, settings_for
from tests.support.drawing import DAY, DrawWorld
from tests.support.phones import Phone
from tests.support.valkeys import patient
from worker.container import WorkerContainer

B = "粤B"
NEXT, AFTER = "2026-11-24", "2026-11-25"
ONE_DAY = timedelta(days=1)


@pytest.fixture
async def rotating(
    fresh_database: str, redis_url: str, temporal_client: Client, tmp_path: Path
) -> AsyncIterator[tuple[DrawWorld, OperationsContext]]:
    """A worker with keys from a file, and the command line that changes the file."""
    addresses = Addresses(fresh_database, redis_url, "127.0.0.1:1", "rotation")
    settings = settings_for(addresses, tmp_path)
    repositories = Repositories.build(Database(fresh_database), make_redis(patient(redis_url)), keys_of(settings))
    container = WorkerContainer(repositories, httpx.AsyncClient(), Phone(), clock_skew=None)
    own = Repositories.build(repositories.database, repositories.redis, keys_of(settings))
    yield DrawWorld(container), OperationsContext.build(settings, own, temporal_client)
    await container.close()


async def test_draws_stay_verifiable_across_a_rotation_and_the_next_days_follow_from_the_new_key(
    rotating: tuple[DrawWorld, OperationsContext], tmp_path: Path
) -> None:
    drawing, command_line = rotating
    keys, days = drawing.container.repositories.keys, drawing.container.repositories.fairness_days
    keeper, begin = drawing.container.fairness_keeper(), drawing.now
    office = await drawing.add_office({B: ["AB1!!", "!!!!!"]})
    car = await drawing.selecting(office)
    await keeper.keep(drawing.now)
    await drawing.draw(car)
    old = keys.hashes.current
    change = await make_key(command_line, "hashing", OperatorCommand(uuid4(), "wang", drawing.now, "轮换"))
    assert change.obstacle is None
    keys.refresh()
    assert keys.hashes.current == change.key != old
    # Today and tomorrow are committed to with the old key, the day after with the new one.
    await drawing.draw(car)
    for later in range(1, 3):
        drawing.now = begin + later * ONE_DAY
        await keeper.keep(drawing.now)
        await drawing.draw(await drawing.selecting(office))
    committed = {day.day: day for day in await days.between(None, None)}
    assert [committed[name].key_id for name in (DAY, NEXT, AFTER)] == [old, old, change.key]
    for name, draws in ((DAY, 2), (NEXT, 1), (AFTER, 1)):
        folder = tmp_path / name
        folder.mkdir()
        assert (await drawing.write_files(folder, name))["draws replayed"] == draws
    assert len({days.secret(committed[name]) for name in (DAY, NEXT, AFTER)}) == 3
    check_new_process(command_line, committed)


def check_new_process(command_line: OperationsContext, committed: dict[str, CommittedDay]) -> None:
    """A process that starts after the rotation knows the same secrets."""
    source = command_line.repositories.keys.source
    assert source
    restarted = Repositories.build(
        command_line.repositories.database, command_line.repositories.redis, Keys.from_source(source)
    )
    for day in committed.values():
        assert restarted.fairness_days.secret(day) == command_line.repositories.fairness_days.secret(day)
