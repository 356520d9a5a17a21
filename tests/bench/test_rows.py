"""The bench measures what it says, with counts so small that its figures mean nothing."""

import pytest

from bench.__main__ import ROWS
from bench.sizes import TINY
from bench.stack import Stack


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
async def test_a_row_is_measured_to_its_end(stack: Stack, name: str) -> None:
    figures = await ROWS[name](stack, TINY)
    assert figures
    for figure in figures:
        assert len(figure.values) == TINY.pairs
        assert min(figure.values) >= 0


@pytest.mark.slow
async def test_the_shortest_journey_has_no_more_events_than_its_target(stack: Stack) -> None:
    [events] = [figure for figure in await ROWS["journeys"](stack, TINY) if "events" in figure.what]
    assert not events.is_missed
