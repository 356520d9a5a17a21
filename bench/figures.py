"""Figures of the bench: ratios of two implementations that alternate in one run, with their targets."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal, NamedTuple

Seconds = float
Half = Callable[[], Awaitable[Seconds]]
"""One half of a pair: does its work once and returns the seconds per item."""
Call = Callable[[], Awaitable[object]]


class Pair(NamedTuple):
    """Seconds per item, ours and the bare one's, one after the other."""

    ours: Seconds
    bare: Seconds


@dataclass(frozen=True)
class Target:
    """`at least` for a ratio of speeds, `at most` for a ratio of costs."""

    kind: Literal["at least", "at most"]
    value: float

    def is_met(self, measured: float) -> bool:
        return measured >= self.value if self.kind == "at least" else measured <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.kind == 'at least' else '≤'} {self.value:g}"


@dataclass(frozen=True)
class Figure:
    """One line of the table: every pair's value, of which the median counts. Without a target it only informs.

    Without values it says in `detail` why there are none.
    """

    what: str
    values: Sequence[float]
    target: Target | None = None
    detail: str = ""
    unit: str = ""
    digits: int = field(default=2, kw_only=True)

    @property
    def measurement(self) -> float:
        return median(self.values)

    @property
    def is_missed(self) -> bool:
        # The shown value is compared: 4.00 ≤ 4 must not be reported as missed.
        if self.target is None or not self.values:
            return False
        return not self.target.is_met(round(self.measurement, self.digits))

    def cells(self) -> tuple[str, ...]:
        if not self.values:
            return self.what, self.detail, "", str(self.target or ""), "", ""
        shown = [
            f"{value:.{self.digits}f}{self.unit}" for value in (self.measurement, min(self.values), max(self.values))
        ]
        spread = f"{shown[1]}–{shown[2]}" if len(self.values) > 1 else ""
        verdict = "" if self.target is None else "**missed**" if self.is_missed else "met"
        return self.what, shown[0], spread, str(self.target or ""), verdict, self.detail


async def side_by_side(ours: Call, bare: Call, *, many: int, pairs: int) -> list[Pair]:
    """Single calls that alternate; a side's time in a pair is the median of its `many` calls.

    Other work of the machine disturbs short calls, and would dominate their mean.
    """
    return [await _pair_of_medians(ours, bare, many) for _ in range(pairs)]


async def _pair_of_medians(ours: Call, bare: Call, many: int) -> Pair:
    took: tuple[list[Seconds], list[Seconds]] = ([], [])
    for _ in range(many):
        for call, seconds in zip((ours, bare), took, strict=True):
            began = time.perf_counter()
            await call()
            seconds.append(time.perf_counter() - began)
    return Pair(*map(median, took))


async def by_turns(ours: Half, bare: Half, pairs: int) -> list[Pair]:
    """Ours, bare, ours, bare …, so that other work of the machine affects both."""
    return [Pair(await ours(), await bare()) for _ in range(pairs)]


def speed(what: str, pairs: Sequence[Pair], target: float | None, *, unit: str) -> Figure:
    """Our speed as a share of the bare speed, with both speeds in `unit` per second."""
    detail = (
        f"{1 / median(p.ours for p in pairs):,.1f} against {1 / median(p.bare for p in pairs):,.1f} {unit} a second"
    )
    aim = None if target is None else Target("at least", target)
    return Figure(what, [pair.bare / pair.ours for pair in pairs], aim, detail)


def cost(what: str, pairs: Sequence[Pair], target: float | None) -> Figure:
    """Our time as a multiple of the bare time, with both times in milliseconds."""
    ours, bare = (1000 * median(seconds) for seconds in zip(*pairs, strict=True))
    detail = f"{ours:.2f} ms against {bare:.2f} ms"
    aim = None if target is None else Target("at most", target)
    return Figure(what, [pair.ours / pair.bare for pair in pairs], aim, detail)


HEADINGS = ("what", "measured", "min–max", "target", "", "median of each side")


def table(figures: Sequence[Figure]) -> str:
    """As Markdown."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *(figure.cells() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
