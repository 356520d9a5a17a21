"""χ² and runs tests of draws: fair years give about one alarm, and a bias of 2 % is found within a day."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from domain.draw_statistics import DrawStatistics
from domain.draw_tests import KINDS, PERIODS, PLACES, DrawTests, Tally, threshold, upper_tail

DAY = timedelta(days=1)
SHARES = {
    "pattern": [0.1] * 10,
    **dict.fromkeys(PLACES, [0.07] * 10 + [0.3 / 24] * 24),
    "prefix": [0.5, 0.3, 0.2],
}
"""Of a pool that hardly changes; those of runs follow from the first two."""


def fair_day(chance: Random, picks: int = 400) -> dict[str, Tally]:
    day = {}
    for kind, shares in SHARES.items():
        drawn = chance.choices(range(len(shares)), shares, k=picks)
        observed = {str(name): count for name, count in Counter(drawn).items()}
        day[kind] = Tally(observed, {str(name): share * picks for name, share in enumerate(shares)})
        if kind in ("pattern", "last"):
            again = sum(one == next_one for one, next_one in pairwise(drawn))
            expected = sum(shares[name] for name in drawn[:-1])
            rest = picks - 1
            both = Tally({"again": again, "other": rest - again}, {"again": expected, "other": rest - expected})
            day["run" if kind == "pattern" else "last run"] = both
    return day


@pytest.mark.parametrize(
    "chi_squared, degrees, probability",
    [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (27.877165, 9, 0.001), (65.247217, 33, 0.0007)],
)
def test_the_upper_tail_is_that_of_the_tables(chi_squared: float, degrees: int, probability: float) -> None:
    assert upper_tail(chi_squared, degrees) == pytest.approx(probability, rel=0.02)


def test_every_test_is_calibrated_in_fair_draws() -> None:
    chance, days = Random(14), 500
    low = Counter[str]()
    for _ in range(days):
        for kind, tally in fair_day(chance).items():
            low[kind] += tally.test(kind, "day").probability < 0.05
    assert set(low) == set(KINDS)
    # Twenty-five are expected of each, with a standard deviation of five.
    assert all(8 <= count <= 45 for count in low.values()), low


def test_fair_years_raise_about_one_alarm_each() -> None:
    chance, years, alarms = Random(5), 3, 0
    for _ in range(years):
        earlier: dict[str, Tally] = {}
        for _ in range(365):
            tests = DrawTests(2026, earlier, fair_day(chance))
            alarms += any(result.probability < threshold(DAY) for result in tests.results())
            earlier = tests.year_so_far()
    # About three are expected at most; more than seven have a probability of about 1 %.
    assert alarms <= 7


def test_the_threshold_counts_every_test_of_a_year() -> None:
    assert threshold(DAY) * len(KINDS) * len(PERIODS) * 366 == pytest.approx(0.95)
    assert threshold(DAY / 24) == pytest.approx(threshold(DAY) / 24)


@pytest.mark.parametrize("seed", range(4))
def test_a_bias_of_two_percent_is_found_within_a_day_by_chi_squared(seed: int) -> None:
    chance, tests = Random(seed), DrawTests(2026)
    counts = Counter({str(n): 36_040 for n in range(10)})
    for _ in range(20_000):
        tests.observe("pattern", counts, "0" if chance.random() < 0.02 else str(chance.randrange(10)))
    found = [result for result in tests.results() if result.probability < threshold(DAY)]
    assert {(result.kind, result.period) for result in found} == {("pattern", "day"), ("pattern", "year")}


def test_draws_that_repeat_the_pattern_too_often_are_found_by_runs_alone() -> None:
    chance, tests, before = Random(3), DrawTests(2026), "0"
    counts, again = Counter({str(n): 36_040 for n in range(10)}), {"again": 1, "other": 9}
    for _ in range(20_000):
        pattern = before if chance.random() < 0.02 else str(chance.randrange(10))
        tests.observe("pattern", counts, pattern)
        tests.observe("run", again, "again" if pattern == before else "other")
        before = pattern
    found = [result for result in tests.results() if result.probability < threshold(DAY)]
    assert {result.kind for result in found} == {"run"}


def test_a_year_adds_its_days_and_is_forgotten_with_the_next() -> None:
    first = DrawTests(2026, {}, fair_day(Random(1)))
    statistics = DrawStatistics.read({"tests": first.as_record()}, 2026, DAY)
    statistics.observe("pattern", {"0": 1, "1": 9}, "0")
    picks = {(each.kind, each.period): each.picks for each in statistics.tests.results()}
    assert (picks["pattern", "day"], picks["pattern", "year"]) == (1, 401)
    assert DrawTests.read(first.as_record(), 2027).earlier == {}


def test_rare_outcomes_are_counted_as_one() -> None:
    rare = Tally({"a": 100, "b": 3, "c": 8}, {"a": 91.0, "b": 10.0, "c": 10.0})
    result = rare.test("pattern", "day")
    assert (result.degrees, result.picks) == (1, 111)
    assert result.chi_squared == pytest.approx(81 / 91 + 81 / 20)
    assert Tally({"a": 3}, {"a": 2.0, "b": 1.0}).test("pattern", "day").probability == 1
