"""The log of the pool is removed after its days are published, and no later day needs what was removed."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import ProgrammingError

from fairness.verify_draws import verify
from storage.fairness.archive import LOG_KEPT, LogArchive
from storage.fairness.days import CommittedDay
from storage.pool.tables import pool_bitmap, pool_log
from tests.support.drawing import DAY, DrawWorld

B, QUIET = "粤B", "粤C"
DAYS_PASS = timedelta(days=2)


async def stored(world: DrawWorld) -> tuple[set[tuple[str, int]], set[str]]:
    """The lines, and the digests of the bitmaps."""
    database = world.container.repositories.database
    lines = await database.rows(select(pool_log.c.prefix, pool_log.c.seq))
    bitmaps = await database.rows(select(pool_bitmap.c.digest))
    return {(prefix, seq) for prefix, seq in lines}, {digest for (digest,) in bitmaps}


async def day_at(world: DrawWorld) -> CommittedDay:
    days = await world.container.repositories.fairness_days.between(world.now, world.now + timedelta(seconds=1))
    return days[0]


async def test_lines_of_published_days_are_removed_and_every_other_day_is_replayed(
    drawing: DrawWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.fairness.archive._AT_ONCE", 2)
    keeper, publisher = drawing.container.fairness_keeper(), drawing.container.day_publisher()
    database = drawing.container.repositories.database
    office = await drawing.add_office({B: ["AB1!!"], QUIET: ["AB2!!"]})
    for place in range(2):
        await keeper.keep(drawing.now)
        # Each day has its own bitmap.
        await drawing.container.repositories.pool_index.settle(at=drawing.now, taken=[f"{B}AB19{place}"])
        for _ in range(2):
            await drawing.draw(await drawing.selecting(office), prefix=B)
        await keeper.keep(drawing.now)
        drawing.now += DAYS_PASS
    long_after = drawing.now + LOG_KEPT
    lines, bitmaps = await stored(drawing)
    # Nothing is removed while no day is published, however old it is.
    assert await LogArchive(database).remove_published(long_after) == 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        await database.rows(delete(pool_log))
    drawing.now = long_after
    await drawing.draw(await drawing.selecting(office), prefix=B)
    drawing.now -= timedelta(seconds=40)
    await keeper.keep(drawing.now)
    drawing.now += timedelta(seconds=40)
    last = await day_at(drawing)
    published = await publisher.publish_due(long_after)
    assert published[DAY]
    assert {day.is_right for day in published.values()} == {True}
    lines_left, bitmaps_left = await stored(drawing)
    assert len(lines - lines_left) > 2
    assert bitmaps - bitmaps_left
    assert {prefix for prefix, _ in lines_left} == {B, QUIET}
    # The day that is not over is replayed from what is left, and a published one from its files.
    found = await drawing.write_files(tmp_path, last.day)
    assert found["draws replayed"] == 1
    days = drawing.container.repositories.fairness_days
    folder = tmp_path / DAY
    folder.mkdir()
    for name in await days.file_digests(DAY):
        content = await days.file(DAY, name)
        assert content is not None
        (folder / name).write_bytes(b"".join([part async for part in content]))
    assert verify(folder)["draws replayed"] == 2
