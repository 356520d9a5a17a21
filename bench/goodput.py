"""Goodput against offered load: an open-loop generator calls at a fixed rate, whether or not it is answered.

A call is good if it succeeds within `TIMEOUT_S`, while the load is offered; a refusal is not. The rate is a multiple of
the best rate that so many callers reach who wait for each answer. The loads take turns in several rounds, for a shared
machine is not always equally fast. The generator is on the same processors, so the share of each process is stated.
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import reduce
from math import inf
from statistics import quantiles

from bench.figures import Figure, Seconds, Target
from bench.http_client import connect
from bench.load import TIMEOUT_S, LoadGenerator, Outcome
from bench.processor_time import seconds_by_process
from bench.requests import DrawnPreselection, sign_in
from bench.sizes import Sizes
from bench.stack import Stack
from embedded.part import Part

LOADS = (0.5, 1, 2, 5, 10)
"""Multiples of the best rate."""

LEAST_SHARE = 0.9
LONGEST_S = TIMEOUT_S
CLOSED_CALLERS = 32
FIRST_USER = 101
JUST_THE_BEST = 1


@dataclass(frozen=True)
class Offered:
    """A load and its outcome, with the seconds of processor that each process used; the generator is the client."""

    load: float
    outcome: Outcome
    spent: Mapping[str, Seconds]


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    async with stack.worker() as worker, stack.api() as api, AsyncExitStack() as open_:
        pairs = [await _requests(stack, open_, number) for number in range(sizes.accounts)]
        turns = itertools.cycle([pair[turn] for turn in range(2) for pair in pairs])
        generator, programs = LoadGenerator(stack.settings.http_port, turns), {"API": api, "worker": worker}
        # The first calls load modules and make plans.
        await generator.best_rate(CLOSED_CALLERS, sizes.load_seconds)
        best = await generator.best_rate(CLOSED_CALLERS, sizes.load_seconds)
        rounds = [await _round(generator, programs, turn, best, sizes) for turn in range(sizes.load_rounds)]
        generator.close()
    loads = [reduce(_sum, turns) for turns in zip(*rounds, strict=True)]
    # A load of a second on a busy machine may end before its first response.
    highest = max(each.outcome.goodput for each in loads) or inf
    [served] = (each for each in loads if each.load == JUST_THE_BEST)
    return [*(figure for each in loads for figure in _figures(each, highest)), *_of_refusals(loads[-1], served)]


async def _requests(stack: Stack, open_: AsyncExitStack, number: int) -> Sequence[bytes]:
    """Of one account with a batch: each of its two calls makes another number the candidate, a whole decision."""
    api = await open_.enter_async_context(connect(stack.settings.http_port))
    me = await sign_in(api, f"applicant-{FIRST_USER + number}")
    vehicle = await DrawnPreselection.reach(stack, me)
    head = (
        f"POST {vehicle.path}/candidates HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: {api.headers['Authorization']}\r\nContent-Length: "
    )
    bodies = [json.dumps({"number": number}) for number in vehicle.numbers[:2]]
    return [f"{head}{len(body.encode())}\r\n\r\n{body}".encode() for body in bodies]


async def _round(
    generator: LoadGenerator, programs: Mapping[str, Part], turn: int, best: float, sizes: Sizes
) -> list[Offered]:
    """Each load once, in the order of `LOADS`; every second round begins with the highest."""
    step = -1 if turn % 2 else 1
    offered = [await _offer(generator, programs, load, best, sizes) for load in LOADS[::step]]
    return offered[::step]


async def _offer(
    generator: LoadGenerator, programs: Mapping[str, Part], load: float, best: float, sizes: Sizes
) -> Offered:
    before = seconds_by_process(programs)
    outcome = await generator.offer(load * best, sizes.load_seconds)
    spent = {name: seconds - before.get(name, 0.0) for name, seconds in seconds_by_process(programs).items()}
    return Offered(load, outcome, spent)


def _sum(one: Offered, other: Offered) -> Offered:
    """Both turns of a load as one."""
    spent = {name: seconds + other.spent.get(name, 0.0) for name, seconds in one.spent.items()}
    return Offered(one.load, one.outcome + other.outcome, spent)


def _figures(offered: Offered, highest: float) -> list[Figure]:
    load, outcome = offered.load, offered.outcome
    p99 = quantiles(outcome.done, n=100)[98] if len(outcome.done) > 1 else inf
    rates = f"{outcome.goodput:.0f} of {outcome.offered / outcome.seconds:.0f} calls a second"
    refused = ", ".join(f"{count} × {status}" for status, count in sorted(outcome.refused.items()))
    shares = "cores: " + ", ".join(f"{who} {spent / outcome.seconds:.2f}" for who, spent in offered.spent.items())
    name, detail = f"at {load:g} times the best rate", "; ".join(part for part in (rates, refused, shares) if part)
    return [
        Figure(f"goodput {name}, against the highest", [outcome.goodput / highest], _least(load), detail),
        Figure(f"… p99 of what was admitted {name}", [p99], Target("at most", LONGEST_S), unit=" s"),
    ]


def _of_refusals(most: Offered, served: Offered) -> list[Figure]:
    """What a refusal costs: what the API used beyond the calls that it carried out, at the highest load."""
    refusals = most.outcome.refused.total()
    if not refusals or not served.outcome.done:
        return []
    for_served = served.spent["API"] / len(served.outcome.done) * len(most.outcome.done)
    each = 1e6 * max(0.0, most.spent["API"] - for_served) / refusals
    mine = 1e6 * most.spent["client"] / most.outcome.answered
    detail = f"{mine:.0f} µs of the generator for each call"
    return [Figure(f"processor time of the API for a refusal at {most.load:g} times", [each], None, detail, " µs")]


def _least(load: float) -> Target | None:
    return Target("at least", LEAST_SHARE) if load > 1 else None
