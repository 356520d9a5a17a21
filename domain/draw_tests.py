"""Tests of the draws of a day, and of all draws since the start of a year: χ² of outcomes, and of runs.

Beside `draw_evidence`, which bets pick by pick, they are what a statistician expects: observed and expected counts, a
χ², and the probability of so large a one in fair draws. All tests of a year together share one false alarm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import erfc, exp, lgamma, log, sqrt
from typing import Any

PLACES = ("first", "second", "third", "fourth", "last")
"""The characters of a number, by their place."""

KINDS = ("pattern", *PLACES, "prefix", "run", "last run")
"""What is tested: patterns, characters, prefixes where a draw was over several, and runs of patterns and last ones."""

PERIODS = ("day", "year")

FALSE_ALARMS_PER_YEAR = 0.95
"""Of all tests together. With the bets, whose alarm is false once in twenty years, it is one."""

LEAST_EXPECTED = 20.0
"""Outcomes that are expected less often are counted as one: χ² is an approximation for large counts."""

_YEAR = timedelta(days=366)


def threshold(day: timedelta) -> float:
    """A smaller probability is an alarm, where each day is this long (Bonferroni: the tests depend on each other)."""
    return FALSE_ALARMS_PER_YEAR / (len(KINDS) * len(PERIODS) * (_YEAR / day))


@dataclass(frozen=True)
class DrawTestResult:
    """One test: `probability` is that of a χ² as large as this one or larger in fair draws."""

    kind: str
    period: str
    picks: int
    chi_squared: float
    degrees: int
    probability: float


@dataclass
class Tally:
    """Observed and expected counts of one kind, by outcome. The shares may change from pick to pick.

    Then the counts vary less than χ² assumes, so the probability is at most too large.
    """

    observed: dict[str, int] = field(default_factory=dict)
    expected: dict[str, float] = field(default_factory=dict)

    def observe(self, counts: Mapping[str, int], outcome: str) -> None:
        """One pick: `counts` are the equally likely numbers by outcome before it."""
        total = sum(counts.values())
        for name, count in counts.items():
            self.expected[name] = self.expected.get(name, 0.0) + count / total
        self.observed[outcome] = self.observed.get(outcome, 0) + 1

    def add(self, other: "Tally") -> None:
        for name, count in other.observed.items():
            self.observed[name] = self.observed.get(name, 0) + count
        for name, share in other.expected.items():
            self.expected[name] = self.expected.get(name, 0.0) + share

    def test(self, kind: str, period: str) -> DrawTestResult:
        cells = list(self._cells())
        degrees = max(0, len(cells) - 1)
        chi_squared = sum((seen - share) ** 2 / share for seen, share in cells) if degrees else 0.0
        probability = upper_tail(chi_squared, degrees) if degrees else 1.0
        return DrawTestResult(kind, period, sum(self.observed.values()), chi_squared, degrees, probability)

    def _cells(self) -> Iterator[tuple[float, float]]:
        """Observed and expected, with one cell for all rare outcomes, which joins the rarest other one if need be."""
        seen, share = 0.0, 0.0
        for name in sorted(self.expected, key=lambda each: (self.expected[each], each)):
            seen, share = seen + self.observed.get(name, 0), share + self.expected[name]
            if share >= LEAST_EXPECTED:
                yield seen, share
                seen, share = 0.0, 0.0


@dataclass
class DrawTests:
    """The tallies of a day, and of the year's days before it."""

    year: int
    earlier: dict[str, Tally] = field(default_factory=dict)
    day: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})

    @classmethod
    def read(cls, record: Mapping[str, Any], year: int) -> "DrawTests":
        """Continue a record of the same year; another year begins without any."""
        if record.get("year") != year:
            return cls(year)
        return cls(year, {kind: Tally(**tally) for kind, tally in record["tallies"].items()})

    def as_record(self) -> dict[str, Any]:
        tallies = {
            kind: {"observed": tally.observed, "expected": {name: round(n, 6) for name, n in tally.expected.items()}}
            for kind, tally in self.year_so_far().items()
        }
        return {"year": self.year, "tallies": tallies}

    def observe(self, kind: str, counts: Mapping[str, int], outcome: str) -> None:
        self.day[kind].observe(counts, outcome)

    def results(self) -> list[DrawTestResult]:
        """All tests, the least probable first."""
        year = self.year_so_far()
        found = [self.day[kind].test(kind, "day") for kind in KINDS] + [year[kind].test(kind, "year") for kind in KINDS]
        return sorted(found, key=lambda result: result.probability)

    def year_so_far(self) -> dict[str, Tally]:
        """The tallies of the year, this day included."""
        year = {kind: Tally() for kind in KINDS}
        for tallies in (self.earlier, self.day):
            for kind, tally in tallies.items():
                year[kind].add(tally)
        return year


def upper_tail(chi_squared: float, degrees: int) -> float:
    """The probability of a χ² of at least this size: a finite sum, for the degrees of freedom are whole."""
    half = chi_squared / 2
    if half <= 0:
        return 1.0
    first = 1.0 if degrees % 2 else 0.0
    terms = (exp(-half + n * log(half) - lgamma(n + 1)) for n in _steps(first / 2, degrees / 2 - 1))
    return min(1.0, (erfc(sqrt(half)) if degrees % 2 else 0.0) + sum(terms))


def _steps(first: float, last: float) -> Iterator[float]:
    while first <= last:
        yield first
        first += 1
