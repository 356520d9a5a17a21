"""Evidence against uniform draws: a bias of 2 % is found within a day's draws, and fair draws raise no alarm."""

from collections import Counter
from random import Random

import pytest

from domain.draw_evidence import ALARM, Evidence

PATTERNS = Counter({f"pattern {n}": 36_040 for n in range(10)})
DAY = 20_000
"""Picks of a quiet day: two thousand draws of ten."""


def picks(seed: int, bias: float, many: int = DAY) -> Evidence:
    """A pool that hardly changes; the first pattern is picked more often by `bias` than its share."""
    chance, evidence = Random(seed), Evidence(2026)
    for _ in range(many):
        is_biased = chance.random() < bias
        outcome = "pattern 0" if is_biased else f"pattern {chance.randrange(10)}"
        evidence.observe("pattern", PATTERNS, outcome)
    return evidence


@pytest.mark.parametrize("seed", range(4))
def test_a_bias_of_two_percent_is_found_within_a_day_and_named(seed: int) -> None:
    evidence = picks(seed, 0.02)
    assert evidence.strength >= ALARM
    assert evidence.strongest(1) == ["pattern pattern 0 +"]


@pytest.mark.parametrize("seed", range(4))
def test_fair_draws_raise_no_alarm(seed: int) -> None:
    assert picks(seed, 0.0, 2 * DAY).strength < ALARM


def test_evidence_grows_over_days_and_is_forgotten_with_a_year() -> None:
    before = picks(1, 0.02)
    record = before.as_record()
    assert Evidence.read(record, 2026).strength == pytest.approx(before.strength, rel=1e-3)
    assert Evidence.read(record, 2027).strength == 1
