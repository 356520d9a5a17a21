"""All attacks of somebody who wants more than the chances of one person and one car."""

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from tests.scenarios.acceptance.people import DemoService
from tests.scenarios.attack import clocks, codes, count, http_games, races, records, tokens
from tests.scenarios.attack.results import AttackResult

Attack = Callable[[DemoService], Awaitable[AttackResult]]

ALWAYS: Sequence[Attack] = (
    tokens.forged_tokens, tokens.swapped_tokens, tokens.tokens_elsewhere,
    records.stolen_ids, records.numbers_of_others, records.keyboard_as_oracle, records.cars_of_others,
    races.stolen_key, races.hoard, races.compositions_beyond,
    clocks.compose_too_early, clocks.identity_too_early,
    codes.replayed_codes,
    http_games.lying_headers, http_games.smuggled_requests, http_games.oversized_requests,
)  # fmt: skip


def short() -> Sequence[Attack]:
    """The short form, for a test."""
    return (
        *ALWAYS, partial(races.rivals_for_numbers, rivals=6), partial(races.replays, times=12),
        partial(codes.guessed_codes, parallel=20), partial(http_games.slow_requests, slow=20),
    )  # fmt: skip


def long() -> Sequence[Attack]:
    """The long form: more rivals, and attacks that wait. Codes are guessed last, which uses up the hour's codes."""
    rounds = [partial(races.rivals_for_numbers, rivals=rivals) for rivals in (2, 8, 24, 24)]
    return (
        *ALWAYS, *rounds, partial(races.replays, times=100), clocks.batch_too_late,
        partial(codes.guessed_codes, parallel=200), partial(http_games.slow_requests, slow=400), codes.guess_all_day,
    )  # fmt: skip


async def run_attacks(service: DemoService, attacks: Sequence[Attack], *, aloud: bool = False) -> list[AttackResult]:
    """One attack after the other, then the count."""
    results = []
    for attack in (*attacks, count.fairness):
        began = time.monotonic()
        results.append(await attack(service))
        if aloud:
            sys.stderr.write(f"{results[-1]} {time.monotonic() - began:.1f} s\n")
    return results
