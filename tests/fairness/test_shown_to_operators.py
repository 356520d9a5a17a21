"""Operators see a day that is wrong in the details of maintenance, and its statistics in the metrics."""

from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from domain.plates import position_of
from process.metrics import DRAW_TEST_ALARM, DRAW_TESTS
from storage.pool.keys import index_keys
from tests.support.drawing import DAY, DrawWorld
from worker.figures import update_figures
from workflows.maintenance.types import PublishedDays, StepInput
from workflows.maintenance.ui_text import details

B = "粤B"


async def test_a_draw_over_a_smaller_pool_is_shown_to_operators(drawing: DrawWorld) -> None:
    repositories, keeper = drawing.container.repositories, drawing.container.fairness_keeper()
    office = await drawing.add_office({B: ["AB1!!"]})
    await keeper.keep(drawing.now)
    car = await drawing.selecting(office)
    await drawing.draw(car)
    for number in range(20, 100):
        await repositories.redis.setbit(index_keys(B)[0], position_of(f"AB1{number}"), 0)
    await drawing.draw(car)
    await keeper.keep(drawing.now)
    [step] = [one for one in drawing.container.activities() if one.__name__ == "publish_days"]
    published = await ActivityEnvironment().run(step, StepInput(drawing.now + timedelta(days=1)))
    assert published == PublishedDays(1, wrong=[DAY])
    assert f"(wrong): {DAY}" in details({"fairness": published}, [])
    assert f"(biased): {DAY}" in details({"fairness": PublishedDays(1, biased=[DAY])}, [])
    DRAW_TESTS.clear()
    await update_figures(repositories, lambda: drawing.now)
    [tests] = DRAW_TESTS.collect()
    assert {sample.labels["period"] for sample in tests.samples} == {"day", "year"}
    [alarm] = DRAW_TEST_ALARM.collect()
    assert 0 < alarm.samples[0].value < 0.001
