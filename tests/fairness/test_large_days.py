"""A day's files are read in batches, and are those of one instant."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.draw_statistics import DrawStatistics
from fairness.verify_draws import verify
from storage.fairness.evidence import weigh_day
from storage.fairness.export import DayExport
from tests.support.drawing import DAY, DrawWorld

B = "粤B"
LINES = 20_000
COUNT = text("SELECT count(*) FROM pool_log")
MANY = text("""
    INSERT INTO pool_log (prefix, epoch, seq, at, line)
    SELECT prefix, epoch, seq + n, at, '{"op":"free","p":[' || n || '],"s":' || seq + n || '}' || repeat(' ', 150)
    FROM (SELECT * FROM pool_log WHERE prefix = :prefix ORDER BY epoch DESC, seq DESC LIMIT 1) AS last,
        generate_series(1, :many) AS n
""")


async def test_a_day_in_small_batches_has_the_same_files_and_verifies(
    drawing: DrawWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days, database = drawing.container.repositories.fairness_days, drawing.container.repositories.database
    office = await drawing.add_office({B: ["AB1!!"]})
    for _ in range(4):
        await drawing.draw(await drawing.selecting(office))
    assert (await drawing.write_files(tmp_path))["draws replayed"] == 4
    day = await days.get(DAY)
    assert day
    monkeypatch.setattr("storage.fairness.export._AT_ONCE", 2)
    in_batches = await DayExport(database).files_of(day, days.secret(day))
    assert in_batches == {name: (tmp_path / name).read_bytes() for name in in_batches}
    assert verify(tmp_path)["draws replayed"] == 4


async def test_a_transaction_of_one_instant_does_not_see_lines_that_come_meanwhile(drawing: DrawWorld) -> None:
    database = drawing.container.repositories.database
    await drawing.draw(await drawing.selecting(await drawing.add_office({B: ["AB1!!"]})))
    async with database.transaction(timeout_s=60, of_one_instant=True) as connection:
        before = await connection.scalar(COUNT)
        await database.rows(MANY, {"prefix": B, "many": 1})
        assert await connection.scalar(COUNT) == before
    assert (await database.rows(COUNT))[0][0] == (before or 0) + 1


async def test_a_large_day_takes_hardly_more_memory_than_its_files(drawing: DrawWorld) -> None:
    days, database = drawing.container.repositories.fairness_days, drawing.container.repositories.database
    await drawing.draw(await drawing.selecting(await drawing.add_office({B: ["AB1!!"]})))
    await drawing.container.fairness_keeper().keep(drawing.now)
    async with database.transaction(timeout_s=60) as connection:
        await connection.execute(MANY, {"prefix": B, "many": LINES})
    day = await days.get(DAY)
    assert day
    tracemalloc.start()
    files = await DayExport(database).files_of(day, days.secret(day))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = sum(map(len, files.values()))
    assert len(files["log-7ca4B.jsonl"].splitlines()) > LINES
    # The copy of the last file, and a batch of rows.
    assert most < 2.5 * size + 8 * 1024 * 1024


async def test_the_checker_and_the_statistics_read_a_day_line_by_line(drawing: DrawWorld, tmp_path: Path) -> None:
    await drawing.draw(await drawing.selecting(await drawing.add_office({B: ["AB1!!"]})))
    await drawing.write_files(tmp_path)

    def weigh() -> None:
        content = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        tracemalloc.reset_peak()
        weigh_day(content, DrawStatistics.read({}, 2026, timedelta(days=1)))

    works: list[Callable[[], object]] = [lambda: verify(tmp_path), weigh]
    before = [peak_of(work) for work in works]
    add_lines(tmp_path, LINES)
    size = (tmp_path / "log-7ca4B.jsonl").stat().st_size
    assert size > 4 * 1024 * 1024
    for work, least in zip(works, before, strict=True):
        # The statistics have the files already, and no copy of them.
        files = size if work is weigh else 0
        assert peak_of(work) < least + files + 1024 * 1024


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def add_lines(folder: Path, many: int) -> None:
    """So many lines at the end of the day's log, which change nothing."""
    file, day = folder / "log-7ca4B.jsonl", json.loads((folder / "day.json").read_text("utf-8"))
    last = json.loads(file.read_text("utf-8").splitlines()[-1])
    line, chain = json.loads(last["l"]), bytes.fromhex(last["h"])
    with file.open("a", encoding="utf-8") as log:
        for seq in range(line["s"] + 1, line["s"] + 1 + many):
            text = json.dumps({"op": "free", "e": line["e"], "s": seq, "t": line["t"], "p": []}) + " " * 150
            chain = sha256(chain + text.encode()).digest()
            log.write(json.dumps({"h": chain.hex(), "l": text}) + "\n")
    day["ends"][B][1] += many
    (folder / "day.json").write_text(json.dumps(day), "utf-8")
