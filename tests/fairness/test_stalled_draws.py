"""A worker that stalls between the pick and the commit adds no draw to a day that is published meanwhile."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from activities.failures import ClockSkew
from domain.dependencies import DependencyBusy
from storage.fairness.draws import Draws
from storage.fairness.tables import draw_record, fairness_day
from storage.preselections.decisions import Decision
from tests.support.drawing import BEGIN, DAY, SECOND, DrawWorld
from workflows.messages import DecisionInput, Draw

B = "粤B"
MINUTE = timedelta(minutes=1)


async def test_a_draw_that_commits_after_the_publication_of_its_day_is_refused_and_made_again(
    drawing: DrawWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    repositories, publisher = drawing.container.repositories, drawing.container.day_publisher()
    days, keeper = repositories.fairness_days, drawing.container.fairness_keeper()
    office = await drawing.add_office({B: ["AB1!!"]})
    await keeper.keep(drawing.now)
    today = await days.get(DAY)
    assert today
    drawing.now = today.ends - timedelta(seconds=20)
    car = await drawing.selecting(office)
    commit, later = repositories.decisions.commit, today.ends + 3 * MINUTE

    async def stall(decision: Decision) -> None:
        await keeper.keep(later)
        assert await publisher.publish_due(later) == {DAY: (True, False)}
        await commit(decision)

    monkeypatch.setattr(repositories.decisions, "commit", stall)
    with pytest.raises(ClockSkew):
        await drawing.draw(car)
    monkeypatch.undo()
    assert await Draws(repositories.database).of_preselection(car) == []
    assert (await drawing.state(car)).batch is None
    report = await days.latest_report()
    assert "picks that led to no draw: 1" in report["text"]
    # The workflow asks again with the time that it is now.
    drawing.now = later + MINUTE
    await drawing.draw(car)
    [draw] = await Draws(repositories.database).of_preselection(car)
    assert draw.proof.day != DAY


async def test_a_day_is_closed_after_the_draws_that_commit_now(drawing: DrawWorld) -> None:
    repositories = drawing.container.repositories
    days, keeper = repositories.fairness_days, drawing.container.fairness_keeper()
    car = await drawing.selecting(await drawing.add_office({B: ["AB1!!"]}))
    await drawing.draw(car)
    await keeper.keep(drawing.now)
    async with repositories.database.transaction() as connection:
        columns = [each for each in draw_record.c if each.name != "draws_left"]
        another = select(*columns, (draw_record.c.draws_left + 1).label("draws_left"))
        await connection.execute(insert(draw_record).from_select([*(c.name for c in columns), "draws_left"], another))
        with pytest.raises(DependencyBusy):
            await days.close(DAY, BEGIN)
    await days.close(DAY, BEGIN)
    closed = await days.get(DAY)
    assert closed
    assert closed.closed_at == BEGIN


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_batch_of_a_closed_day_gets_no_new_countdown(drawing: DrawWorld, *, is_closed: bool) -> None:
    car, command = await drawing.selecting(await drawing.add_office({B: ["AB1!!"]})), Draw(request_id=str(uuid4()))
    at = drawing.now + SECOND
    await drawing.plates.draw(DecisionInput(str(car), "draw", at, at), command)
    unseen = (await drawing.state(car)).batch
    if is_closed:
        await drawing.container.repositories.fairness_days.close(DAY, BEGIN)
    # The next attempt of the same message, whose result was lost.
    await drawing.plates.draw(DecisionInput(str(car), "draw", at + 20 * SECOND, at), command)
    batch = (await drawing.state(car)).batch
    assert unseen
    assert batch
    assert batch.expires_at == unseen.expires_at + (0 if is_closed else 20) * SECOND


async def test_a_closing_waits_for_a_restart_that_commits_now(drawing: DrawWorld) -> None:
    repositories = drawing.container.repositories
    await drawing.draw(await drawing.selecting(await drawing.add_office({B: ["AB1!!"]})))
    async with repositories.database.transaction() as connection:
        await connection.execute(select(fairness_day.c.day).where(fairness_day.c.day == DAY).with_for_update(read=True))
        with pytest.raises(DependencyBusy):
            await repositories.fairness_days.close(DAY, BEGIN)
