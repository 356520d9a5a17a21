"""Goodput against offered load: an open crowd calls at a fixed rate, whether or not it is answered.

A call is good if it succeeds within `TIMEOUT_S`; a refusal is not. The crowd's rate is a multiple of the best rate
that so many callers reach who wait for each answer.
"""

import asyncio
import itertools
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from statistics import quantiles

from bench.figures import Figure, Seconds, Target
from bench.http_client import Connection, connect
from bench.requests import DrawnPreselection, sign_in
from bench.sizes import Sizes
from bench.stack import Stack

LOADS = (0.5, 1, 2, 5, 10)
"""Multiples of the best rate."""

LEAST_SHARE = 0.9
LONGEST_S = 3.0
TIMEOUT_S = 3.0
CLOSED_CALLERS = 32
FIRST_USER = 101

Call = Callable[[Connection], Awaitable[int]]


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    async with stack.worker(), stack.api(), AsyncExitStack() as open_:
        calls = [await _caller(stack, open_, number) for number in range(sizes.accounts)]
        crowd = Crowd(stack.settings.http_port, calls)
        # The first calls load modules and make plans.
        await crowd.best_rate(sizes.load_seconds)
        best = await crowd.best_rate(sizes.load_seconds)
        outcomes = [await crowd.offer(load * best, sizes.load_seconds) for load in LOADS]
        await crowd.close()
    highest = max(outcome.goodput for outcome in outcomes)
    return [figure for load, outcome in zip(LOADS, outcomes, strict=True) for figure in outcome.figures(load, highest)]


async def _caller(stack: Stack, open_: AsyncExitStack, number: int) -> Call:
    """One account with a batch, whose call puts one of two numbers aside in turn: a whole decision each time."""
    api = await open_.enter_async_context(connect(stack.settings.http_port))
    me = await sign_in(api, f"applicant-{FIRST_USER + number}")
    vehicle = await DrawnPreselection.reach(stack, me)
    bodies = itertools.cycle([json.dumps({"number": number}).encode() for number in vehicle.numbers[:2]])
    headers = {"Authorization": api.headers["Authorization"], "Content-Type": "application/json"}

    async def call(connection: Connection) -> int:
        status, _ = await connection.exchange("POST", f"{vehicle.path}/candidates", next(bodies), **headers)
        return status

    return call


@dataclass
class Outcome:
    """What became of a crowd's calls: the seconds of each that was carried out, and how many got each other status."""

    seconds: float
    offered: int = 0
    done: list[Seconds] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)

    @property
    def goodput(self) -> float:
        """Good calls per second."""
        return sum(took <= TIMEOUT_S for took in self.done) / self.seconds

    def note(self, status: int, took: Seconds) -> None:
        if status < HTTPStatus.BAD_REQUEST:
            self.done.append(took)
        else:
            self.refused[status] += 1

    def figures(self, load: float, highest: float) -> list[Figure]:
        p99 = quantiles(self.done, n=100)[98] if len(self.done) > 1 else float("inf")
        rates = f"{self.goodput:.0f} of {self.offered / self.seconds:.0f} calls a second"
        refused = ", ".join(f"{count} × {status}" for status, count in sorted(self.refused.items()))
        name = f"at {load:g} times the best rate"
        return [
            Figure(
                f"goodput {name}, against the highest", [self.goodput / highest], _least(load), f"{rates} {refused}"
            ),
            Figure(f"… p99 of what was admitted {name}", [p99], Target("at most", LONGEST_S), unit=" s"),
        ]


def _least(load: float) -> Target | None:
    return Target("at least", LEAST_SHARE) if load > 1 else None


@dataclass
class Crowd:
    """Callers at one API. Connections are kept and used again, as browsers do."""

    port: int
    calls: Sequence[Call]
    _idle: deque[Connection] = field(default_factory=deque)

    async def close(self) -> None:
        await asyncio.gather(*(connection.close() for connection in self._idle))

    async def best_rate(self, seconds: float) -> float:
        """Good calls per second of callers who wait for each answer."""
        outcome = Outcome(seconds)
        until = time.perf_counter() + seconds
        turns = itertools.cycle(self.calls)

        async def caller() -> None:
            while time.perf_counter() < until:
                await self._call(next(turns), outcome)

        await asyncio.gather(*(caller() for _ in range(CLOSED_CALLERS)))
        return outcome.goodput

    async def offer(self, rate: float, seconds: float) -> Outcome:
        """Begin `rate` calls per second, and wait for all answers."""
        outcome = Outcome(seconds, round(rate * seconds))
        turns, began = itertools.cycle(self.calls), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(outcome.offered):
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
                group.create_task(self._call(next(turns), outcome))
        return outcome

    async def _call(self, call: Call, outcome: Outcome) -> None:
        began = time.perf_counter()
        connection = self._idle.pop() if self._idle else await Connection.open(self.port)
        outcome.note(await call(connection), time.perf_counter() - began)
        self._idle.append(connection)
