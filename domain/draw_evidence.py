"""Evidence against uniform draws, gathered pick by pick: a bet against each kind of bias, of which fairness wins none.

Each stream is a wealth that begins at 1. Before a pick a part of it is bet on one outcome, at odds that are fair if the
outcome has its share; so in fair draws no stream is expected to grow, whenever one looks. The mean over all streams
exceeds `ALARM` within a year with a probability of at most 1 / `ALARM` (Ville's inequality).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log1p

ALARM = 20.0
"""At most one false alarm in twenty years."""

BIAS = 0.02
"""The difference of a share for which the bets are the best."""

_STREAMS = 1000
"""Places for patterns, last characters, repeats and prefixes, each too often and too seldom."""
_MOST_BET = 0.5
_HIGHEST = 100.0


@dataclass
class Evidence:
    """The logarithm of the wealth of each stream that has bet, since the start of a year."""

    year: int
    wealth: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @classmethod
    def read(cls, record: Mapping[str, float], year: int) -> "Evidence":
        """Continue a record of the same year; another year begins without any."""
        if record.get("year") != year:
            return cls(year)
        return cls(year, defaultdict(float, {name: value for name, value in record.items() if name != "year"}))

    def as_record(self) -> dict[str, float]:
        return {"year": self.year, **{name: round(value, 6) for name, value in self.wealth.items()}}

    def observe(self, kind: str, counts: Mapping[str, int], outcome: str) -> None:
        """One pick: `counts` are the equally likely numbers by outcome before it."""
        total = sum(counts.values())
        for name, count in counts.items():
            share = count / total
            if 0 < share < 1:
                self._bet(f"{kind} {name}", share, happened=name == outcome)

    def _bet(self, stream: str, share: float, *, happened: bool) -> None:
        stake = min(BIAS / (share * (1 - share)), _MOST_BET)
        surprise = (1 if happened else 0) - share
        for sign, name in ((1, f"{stream} +"), (-1, f"{stream} -")):
            self.wealth[name] = min(self.wealth[name] + log1p(sign * stake * surprise), _HIGHEST)

    @property
    def strength(self) -> float:
        """The mean wealth of all streams; 1 without any evidence, an alarm from `ALARM` on."""
        return (sum(map(exp, self.wealth.values())) + _STREAMS - len(self.wealth)) / _STREAMS

    def strongest(self, many: int = 3) -> list[str]:
        """The streams with the most wealth."""
        return sorted(self.wealth, key=lambda name: -self.wealth[name])[:many]
