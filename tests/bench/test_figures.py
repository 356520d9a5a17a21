"""The values of a figure from its pairs."""

import asyncio
from typing import Literal

import pytest

from bench.figures import Figure, Pair, Target, by_turns, cost, side_by_side, speed, table

PAIRS = [Pair(2.0, 1.0), Pair(4.0, 1.0), Pair(3.0, 1.0)]


def test_a_cost_is_the_median_of_how_many_times_longer_ours_takes() -> None:
    figure = cost("a draw", PAIRS, 4)
    assert (figure.measurement, min(figure.values), max(figure.values)) == (3.0, 2.0, 4.0)
    assert "3000.00 ms against 1000.00 ms" in figure.detail


def test_a_speed_is_the_median_share_of_the_bare_ones() -> None:
    assert speed("journeys", PAIRS, 0.75, unit="journeys").measurement == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "kind, measured, missed",
    [("at least", 0.744, True), ("at least", 0.746, False), ("at most", 4.006, True), ("at most", 4.004, False)],
)
def test_a_target_is_checked_by_what_is_shown(
    kind: Literal["at least", "at most"], measured: float, *, missed: bool
) -> None:
    target = Target(kind, 0.75 if kind == "at least" else 4)
    assert Figure("x", [measured], target).is_missed is missed


def test_the_table_marks_what_is_missed_and_nothing_without_a_target() -> None:
    lines = table([cost("a", PAIRS, 2.5), cost("b", PAIRS, 4), cost("c", PAIRS, None)]).splitlines()[2:]
    assert ["missed" in line for line in lines] == [True, False, False]
    assert ["| met |" in line for line in lines] == [False, True, False]


async def test_both_sides_take_turns() -> None:
    turns = []

    async def ours() -> float:
        turns.append("ours")
        return 1.0

    async def bare() -> float:
        turns.append("bare")
        return 1.0

    await by_turns(ours, bare, 2)
    await side_by_side(ours, bare, many=2, pairs=1)
    assert turns == ["ours", "bare"] * 4


async def test_one_slow_call_among_many_changes_no_pair() -> None:
    waits = iter([0.2, 0.0, 0.0])

    async def ours() -> None:
        await asyncio.sleep(next(waits))

    async def bare() -> None:
        await asyncio.sleep(0)

    [pair] = await side_by_side(ours, bare, many=3, pairs=1)
    assert pair.ours < 0.1
