"""An hour of release with honest and scripted people, as a model: who gets a wanted number, with or without a control.

The model has the rules of the policy (draws, batches, compositions) and of the waiting room, and a service that takes
so many acts per second. It has no stack: a run has tens of thousands of acts, and a comparison has dozens of runs.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from domain.policy import Policy

Kind = Literal["honest", "scripted"]
POLICY = Policy()


@dataclass(frozen=True)
class Controls:
    """What stands between speed and success. Each can be taken away alone."""

    waiting_room: bool = True
    """Random places for all who are there at the opening; without it, whoever asks is served."""

    one_place_a_person: bool = True
    """Otherwise each browser has a place, and scripts open many."""

    fair_by_account: bool = True
    """Waiting calls are served by account in turn; otherwise each call counts, and scripts send many."""

    drawn_first: bool = True
    """New numbers can only be drawn (`random_only`); otherwise they can be composed at once."""

    bounded_chances: bool = True
    """The policy's chances; otherwise everybody may try until the end."""

    pause: float = 0.0
    """Seconds between two draws of a person that nobody can shorten: `draw_interval`, which an office may set."""


@dataclass(frozen=True)
class Crowd:
    """Who comes, and what they can do. Times in seconds."""

    honest: int = 2000
    scripted: int = 200
    numbers: int = 40_000
    wanted: int = 600
    capacity: float = 20.0
    """Acts per second."""

    reaction: dict[Kind, float] = field(default_factory=lambda: {"honest": 8.0, "scripted": 0.05})
    late_share: float = 0.05
    """Of the honest people, who come within the first ten minutes; scripts are never late."""

    browsers: int = 20
    """Places that a script takes where browsers have places."""

    calls_at_once: int = 20
    """Calls that a script has waiting where calls are served."""

    hour: float = 3600.0


@dataclass
class Person:
    kind: Kind
    place: float
    draws: int
    composed: int
    has_won: bool = False


class Release:
    """One run."""

    def __init__(self, crowd: Crowd, controls: Controls, rng: random.Random) -> None:
        self._crowd, self._controls, self._rng = crowd, controls, rng
        self._numbers_left, self._wanted_left = crowd.numbers, crowd.wanted
        self.people = sorted(self._arrivals(), key=lambda person: person.place)
        self._ready: dict[Kind, list[Person]] = {"honest": [], "scripted": []}
        self._thinking: list[tuple[float, int, Person]] = []
        self._entered = 0

    def run(self) -> dict[Kind, float]:
        """The share of each kind that got a wanted number."""
        step, now, entering = 1 / self._crowd.capacity, 0.0, iter(self.people)
        following, acts_per_person = next(entering, None), self._acts_per_person()
        while now < self._crowd.hour and self._wanted_left:
            # At the pace of the service, or everybody at once.
            let_in = now * self._crowd.capacity / acts_per_person if self._controls.waiting_room else float("inf")
            while following and following.place <= now and self._entered < let_in + 1:
                self._think(following, now)
                self._entered += 1
                following = next(entering, None)
            while self._thinking and self._thinking[0][0] <= now:
                person = heapq.heappop(self._thinking)[2]
                self._ready[person.kind].append(person)
            if served := self._next_served():
                self._act(served)
                if not served.has_won and self._has_chances(served):
                    self._think(served, now)
            now += step
        return {kind: self._success(kind) for kind in self._ready}

    def _arrivals(self) -> Iterator[Person]:
        """Places are instants of entry: negative for those who were there before, in random order among them."""
        counts: dict[Kind, int] = {"honest": self._crowd.honest, "scripted": self._crowd.scripted}
        for kind, count in counts.items():
            for _ in range(count):
                tries = 1 if self._controls.one_place_a_person or kind == "honest" else self._crowd.browsers
                place = min(self._rng.random() for _ in range(tries)) - 1
                if kind == "honest" and self._rng.random() < self._crowd.late_share:
                    place = self._rng.uniform(0, 600)
                chances = (POLICY.draws, POLICY.composed) if self._controls.bounded_chances else (10**6, 10**6)
                yield Person(kind, place, *chances)

    def _acts_per_person(self) -> float:
        return POLICY.draws if self._controls.drawn_first else POLICY.composed / POLICY.composed_per_submission

    def _think(self, person: Person, now: float) -> None:
        reaction = max(self._controls.pause, self._crowd.reaction[person.kind] * self._rng.lognormvariate(0, 0.4))
        heapq.heappush(self._thinking, (now + reaction, self._rng.getrandbits(32), person))

    def _next_served(self) -> Person | None:
        weight = 1 if self._controls.fair_by_account else self._crowd.calls_at_once
        honest, scripted = self._ready["honest"], self._ready["scripted"]
        total = len(honest) + weight * len(scripted)
        if not total:
            return None
        ready = honest if self._rng.random() * total < len(honest) else scripted
        place = self._rng.randrange(len(ready))
        ready[place], ready[-1] = ready[-1], ready[place]
        return ready.pop()

    def _has_chances(self, person: Person) -> bool:
        return (person.draws if self._controls.drawn_first else person.composed) > 0

    def _act(self, person: Person) -> None:
        """A draw shows a batch, and a wanted number in it is taken; a composition names wanted numbers."""
        if self._controls.drawn_first:
            person.draws -= 1
            share = self._wanted_left / self._numbers_left
            person.has_won = self._rng.random() < 1 - (1 - share) ** POLICY.batch_size
        else:
            # What the keyboard offers is some minutes old, so of the numbers typed some are taken already.
            person.composed -= POLICY.composed_per_submission
            still_free = self._wanted_left / self._crowd.wanted
            person.has_won = self._rng.random() < 1 - (1 - still_free) ** POLICY.composed_per_submission
        if person.has_won:
            self._wanted_left -= 1
            self._numbers_left -= 1

    def _success(self, kind: Kind) -> float:
        own = [person for person in self.people if person.kind == kind]
        return sum(person.has_won for person in own) / len(own)


def advantage(crowd: Crowd, controls: Controls, *, runs: int, seed: int) -> tuple[float, float, float]:
    """Success of the scripted over that of the honest, over so many runs, and both shares."""
    rng = random.Random(seed)
    results = [Release(crowd, controls, rng).run() for _ in range(runs)]
    honest, scripted = (sum(result[kind] for result in results) / runs for kind in ("honest", "scripted"))
    return scripted / honest, scripted, honest


ALL = Controls()
CASES: dict[str, Controls] = {
    "every control": ALL,
    "… and a pause of 15 seconds between draws": replace(ALL, pause=15.0),
    "without the waiting room": replace(ALL, waiting_room=False),
    "with a place for each browser": replace(ALL, one_place_a_person=False),
    "without fair turns by account": replace(ALL, fair_by_account=False),
    "composable at once": replace(ALL, drawn_first=False),
    "with chances without end": replace(ALL, bounded_chances=False),
    "composable at once, without the waiting room": replace(ALL, drawn_first=False, waiting_room=False),
    "no control": Controls(*[False] * 5),
}
