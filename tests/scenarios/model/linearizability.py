"""Whether a parallel history could have happened one call after the other (Herlihy and Wing, 1990).

The search is that of Wing and Gong with the memory of Lowe: it takes any call that no finished call precedes, asks the
model whether it answers the same, and never visits one set of taken calls with one state twice.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Generic, Protocol, TypeVar


class State(Protocol):
    """A state of the model. It is never changed in place."""

    def key(self) -> Hashable:
        """Equal for equal states."""


C = TypeVar("C")
S = TypeVar("S", bound=State)
Apply = Callable[[S, C], S | None]
"""The state after the call, or None if the model answers it differently."""


@dataclass(frozen=True)
class Interval(Generic[C]):
    """A call between `began` and `ended`, in seconds of one clock.

    A call without an answer has no end: it may have happened at any time since, or never.
    """

    call: C
    began: float
    ended: float = inf

    @property
    def is_answered(self) -> bool:
        return self.ended != inf


def find_order(history: Sequence[Interval[C]], initial: S, apply: Apply[S, C]) -> list[C] | None:
    """An order of the calls in which the model answers each of them as it was answered; None if there is none."""
    calls = sorted(history, key=lambda interval: interval.began)
    answered = sum(1 << place for place, interval in enumerate(calls) if interval.is_answered)
    visited: set[tuple[int, Hashable]] = {(0, initial.key())}
    # Each entry: the calls taken so far, the state, what may come next, and the order.
    path: list[tuple[int, S, Iterator[int], list[C]]] = [(0, initial, _next_calls(calls, 0), [])]
    while path:
        taken, state, choices, order = path[-1]
        if taken & answered == answered:
            return order
        place = next(choices, None)
        if place is None:
            path.pop()
            continue
        after = apply(state, calls[place].call)
        if after is None:
            continue
        now_taken = taken | 1 << place
        if (now_taken, after.key()) not in visited:
            visited.add((now_taken, after.key()))
            path.append((now_taken, after, _next_calls(calls, now_taken), [*order, calls[place].call]))
    return None


def _next_calls(calls: Sequence[Interval[C]], taken: int) -> Iterator[int]:
    """The places of the calls that began before the first end of those that are left."""
    left = [place for place in range(len(calls)) if not taken & 1 << place]
    first_end = min((calls[place].ended for place in left), default=inf)
    return iter([place for place in left if calls[place].began <= first_end])
