"""A day is published after its last hold has ended, with the verdict of the checker, and never before."""

import json
from datetime import timedelta
from itertools import product
from pathlib import Path

from domain.draw_evidence import ALARM
from domain.draw_tests import KINDS, PERIODS
from fairness.verify_draws import verify
from storage.pool.keys import index_keys
from tests.support.drawing import DAY, DrawWorld

B = "粤B"
MINUTE = timedelta(minutes=1)


async def test_a_day_is_published_after_its_last_hold_and_a_wrong_one_with_that_verdict(
    drawing: DrawWorld, tmp_path: Path
) -> None:
    repositories = drawing.container.repositories
    days, keeper = repositories.fairness_days, drawing.container.fairness_keeper()
    publisher = drawing.container.day_publisher()
    office = await drawing.add_office({B: ["AB1!!"]})
    committed = await days.get(DAY)
    assert committed is None
    await keeper.keep(drawing.now)
    today = await days.get(DAY)
    assert today
    drawing.now = today.ends - timedelta(seconds=20)
    await drawing.draw(await drawing.selecting(office))
    await keeper.keep(drawing.now)
    # The hold of the last draw goes on after midnight.
    assert await publisher.publish_due(today.ends + MINUTE) == {}
    later = today.ends + 3 * MINUTE
    await keeper.keep(later)
    assert await publisher.publish_due(later) == {DAY: (True, False)}
    published = await days.get(DAY)
    assert published
    assert (published.revealed_at, published.draws, published.verified) == (later, 1, True)
    for name in await days.file_digests(DAY):
        content = await days.file(DAY, name)
        assert content is not None
        (tmp_path / name).write_bytes(b"".join([part async for part in content]))
    assert verify(tmp_path)["draws replayed"] == 1
    report = await days.latest_report()
    assert 0.5 < report["strength"] < ALARM
    assert "evidence against uniform draws" in report["text"]
    assert {name.split()[0] for name in report["evidence"]} >= {"last", "year"}
    assert report["alarms"] == []
    assert {(test["kind"], test["period"]) for test in report["results"]} == set(product(KINDS, PERIODS))
    assert "last run, year: p = " in report["text"]
    assert json.loads((tmp_path / "day.json").read_text("utf-8"))["secret"] == days.secret(published).hex()
    # The next day: a number that is not free comes into the index past the log, and is stated with it.
    await repositories.redis.setbit(index_keys(B)[0], 0, 1)
    drawing.now = later + MINUTE
    await drawing.draw(await drawing.selecting(office))
    assert await repositories.pool_log.state_free_numbers(drawing.now, older_than=drawing.now) == [B]
    [tomorrow] = [day for day in await days.between(None, None) if day.begins == today.ends]
    await keeper.keep(tomorrow.ends)
    assert await publisher.publish_due(tomorrow.ends + 3 * MINUTE) == {tomorrow.day: (False, False)}
