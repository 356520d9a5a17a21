"""A day is committed to before it begins; where that failed, the checker counts it."""

from datetime import timedelta
from pathlib import Path

from tests.support.drawing import BEGIN, DAY, DrawWorld

B = "粤B"
NEXT, AFTER = "2026-11-24", "2026-11-26"
ONE_DAY = timedelta(days=1)
LATE = "commitments later than the beginning of the day"


async def test_workers_that_are_down_over_midnight_delay_no_commitment_and_a_later_one_is_counted(
    drawing: DrawWorld, tmp_path: Path
) -> None:
    days = drawing.container.repositories.fairness_days
    office = await drawing.add_office({B: ["AB1!!", "!!!!!"]})
    # The first day of an installation, the next one before whose beginning all workers stop, and one that nobody knew.
    await drawing.container.fairness_keeper().keep(drawing.now)
    late = {}
    for name, begin in ((DAY, BEGIN), (NEXT, BEGIN + ONE_DAY), (AFTER, BEGIN + 3 * ONE_DAY)):
        drawing.now = begin
        # The first draw of the day comes before any maintenance.
        await drawing.draw(await drawing.selecting(office))
        committed = await days.get(name)
        assert committed
        folder = tmp_path / name
        folder.mkdir()
        late[name] = (await drawing.write_files(folder, name))[LATE]
        assert late[name] == (committed.committed_at > committed.begins)
    assert late == {DAY: 1, NEXT: 0, AFTER: 1}
