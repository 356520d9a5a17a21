"""What is known against uniform draws: the bets of `Evidence` and the tests of `DrawTests`, over the same picks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from domain.draw_evidence import ALARM, Evidence
from domain.draw_tests import DrawTests, threshold


@dataclass(frozen=True)
class DrawStatistics:
    """A day, and its year so far. `day` is the length of the day."""

    evidence: Evidence
    tests: DrawTests
    day: timedelta

    @classmethod
    def read(cls, report: Mapping[str, Any], year: int, day: timedelta) -> Self:
        """Continue the report of the newest published day."""
        evidence, tests = report.get("evidence", {}), report.get("tests", {})
        return cls(Evidence.read(evidence, year), DrawTests.read(tests, year), day)

    def observe(self, kind: str, counts: Mapping[str, int], outcome: str) -> None:
        """One pick: `counts` are the equally likely numbers by outcome before it."""
        self.evidence.observe(kind, counts, outcome)
        self.test(kind, counts, outcome)

    def test(self, kind: str, counts: Mapping[str, int], outcome: str) -> None:
        """The same without bets: those on the characters of all places would take most of the time."""
        self.tests.observe(kind, counts, outcome)

    def alarms(self) -> list[str]:
        """What is too improbable in fair draws; empty if nothing is."""
        least = threshold(self.day)
        tests = [f"{each.period}: {each.kind}" for each in self.tests.results() if each.probability < least]
        bets = self.evidence.strongest() if self.evidence.strength >= ALARM else []
        return [*tests, *(f"bet: {stream}" for stream in bets)]

    def as_report(self) -> dict[str, Any]:
        return {
            "evidence": self.evidence.as_record(),
            "strength": self.evidence.strength,
            "tests": self.tests.as_record(),
            "results": [vars(result) for result in self.tests.results()],
            "threshold": threshold(self.day),
            "alarms": self.alarms(),
        }

    def lines(self) -> Iterator[str]:
        """The same for people."""
        strength = self.evidence.strength
        yield f"evidence against uniform draws this year: {strength:.2f} (an alarm from {ALARM:.0f} on)"
        yield f"tests of fair draws (an alarm below {threshold(self.day):.2g}):"
        for each in self.tests.results():
            size = f"chi-squared {each.chi_squared:.1f}, {each.degrees} degrees of freedom, {each.picks} picks"
            yield f"{each.kind}, {each.period}: p = {each.probability:.3g} ({size})"
