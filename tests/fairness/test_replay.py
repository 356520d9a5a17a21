"""Whatever happens to the pool, every draw of the day can be replayed from the published files alone."""

from pathlib import Path

from storage.pool.keys import key
from tests.support.drawing import DrawWorld

B, C = "粤B", "粤C"


async def test_every_draw_of_a_day_is_replayed(drawing: DrawWorld, tmp_path: Path) -> None:
    one = await drawing.add_office({B: ["AB1!!", "!!!!!"]})
    cars = [await drawing.selecting(one) for _ in range(6)]
    for place, car in enumerate(cars):
        for turn in range(3):
            await drawing.draw(car, exclude_four=bool((place + turn) % 2), **({} if turn else {"nonce": None}))
    found = await drawing.write_files(tmp_path)
    assert found["draws replayed"] == 18
    assert "picks that led to no draw" not in found


async def test_a_small_pool_with_numbers_that_were_offered_before_is_replayed(
    drawing: DrawWorld, tmp_path: Path
) -> None:
    few = await drawing.add_office({B: ["AB5!4", "AB12!"], C: ["AB13!"]})
    car, other = await drawing.selecting(few), await drawing.selecting(few)
    drawn = [await drawing.draw(car), await drawing.draw(car), await drawing.draw(car)]
    await drawing.draw(other, exclude_four=True)
    assert len({number for each in drawn for number in each.batch or ()}) == sum(
        len(each.batch or ()) for each in drawn
    )
    found = await drawing.write_files(tmp_path)
    assert found["draws replayed"] == 4
    assert found["numbers passed over without proof"] == 0
    assert '"skipped"' in (tmp_path / "draws.jsonl").read_text("utf-8")


async def test_a_day_with_a_lost_index_new_segments_and_claims_is_replayed(drawing: DrawWorld, tmp_path: Path) -> None:
    office = await drawing.add_office({B: ["AB1!!"]})
    car = await drawing.selecting(office)
    await drawing.draw(car)
    await drawing.release(B, "AC1!!")
    await drawing.draw(car)
    # Redis begins empty after a restart; lines that it alone had are gone, and no draw is among them.
    redis = drawing.container.repositories.redis
    await redis.flushall()
    await drawing.container.repositories.pool_reconciler.reconcile(drawing.now)
    await drawing.draw(car)
    await drawing.container.repositories.pool_reconciler.rebuild(B, drawing.now)
    await drawing.draw(await drawing.selecting(office))
    found = await drawing.write_files(tmp_path)
    assert found["draws replayed"] == 4
    assert found["logs that began again"] == 1
    assert await redis.xlen(key(B, "log")) == 0
