"""All attacks of somebody who wants more than the chances of one person and one car."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from tests.scenarios.acceptance.people import DemoService
from tests.scenarios.attack import (
    clocks,
    codes,
    count,
    http_games,
    loads,
    neighbours,
    races,
    records,
    staff,
    tokens,
)  # fmt: skip
from tests.scenarios.attack.results import AttackResult

Attack = Callable[[DemoService], Awaitable[AttackResult]]

ALWAYS: Sequence[Attack] = (
    tokens.forged_tokens, tokens.swapped_tokens, tokens.tokens_elsewhere,
    records.stolen_ids, records.numbers_of_others, records.keyboard_as_oracle, records.cars_of_others,
    races.stolen_key, races.hoard, races.compositions_beyond,
    clocks.compose_too_early, clocks.identity_too_early,
    codes.replayed_codes,
    http_games.lying_headers, http_games.smuggled_requests, http_games.oversized_requests, *staff.ALL,
)  # fmt: skip


def short() -> Sequence[Attack]:
    """The short form, for a test."""
    return (
        *ALWAYS, partial(races.rivals_for_numbers, rivals=6), partial(races.replays, times=12),
        partial(codes.guessed_codes, parallel=20), partial(loads.pipelined_requests, connections=5, behind=1000),
        # Without rests it is above six; a loaded machine of two cores needs slack.
        partial(neighbours.one_account_sends_all_it_can, kind=neighbours.writes, rounds=3, most=3.0),
    )  # fmt: skip


def short_beside() -> Attack:
    """What waits for ten seconds or so, beside the others of the short form."""
    return partial(http_games.slow_requests, slow=20)


def load() -> Sequence[Attack]:
    """What one account or one stranger can make the service do, with the exact figures."""
    ratios = [
        partial(neighbours.one_account_sends_all_it_can, kind=kind, rounds=7, most=neighbours.MOST_TIMES)
        for kind in neighbours.KINDS
    ]
    return (
        partial(loads.pipelined_requests, connections=55, behind=20_000), loads.refused_writes,
        partial(loads.unfinished_files, connections=100),
        loads.parallel_vouchers, loads.parallel_reads, loads.readiness_storm, *ratios, loads.start_over_for_ever,
    )  # fmt: skip


def long() -> Sequence[Attack]:
    """The long form: more rivals, and attacks that wait. Codes are guessed last, which uses up the hour's codes."""
    rounds = [partial(races.rivals_for_numbers, rivals=rivals) for rivals in (2, 8, 24, 24)]
    return (
        *ALWAYS, *load(), *rounds, partial(races.replays, times=100), clocks.batch_too_late,
        partial(codes.guessed_codes, parallel=200), partial(http_games.slow_requests, slow=400), codes.guess_all_day,
    )  # fmt: skip


async def run_attacks(
    service: DemoService, attacks: Sequence[Attack], *, beside: Attack | None = None, aloud: bool = False
) -> list[AttackResult]:
    """One attack after the other, and one beside them, then the count."""
    results = []
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_of_attack(beside, service)) if beside else None
        for attack in (*attacks, count.fairness):
            began = time.monotonic()
            results.append(await attack(service))
            if aloud:
                sys.stderr.write(f"{results[-1]} {time.monotonic() - began:.1f} s\n")
    return [*results, waiting.result()] if waiting else results


async def _of_attack(attack: Attack, service: DemoService) -> AttackResult:
    return await attack(service)
