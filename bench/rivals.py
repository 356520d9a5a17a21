"""Many parallel requests for one plate, against bare inserts of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from uuid import UUID, uuid4

from activities.plate_queues import PlateQueues
from bench.applicants import selecting_state, selections, spread
from bench.draws import FULL
from bench.figures import Figure, Half, Seconds, Target, by_turns, speed
from bench.sizes import Sizes
from bench.stack import Stack
from domain.preselection.record import to_record
from process.clock import system_clock
from storage.failures import ClaimLost
from storage.preselections.decisions import Claim, Decision
from workflows.messages import Compose, DecisionInput

FASTEST = 0.7
PLATES = (plate for start in count(100_000) for plate in spread(FULL, 1, start=start))
"""Each round uses another free plate."""

INSERT = b"""
    INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
    VALUES (%(plate)s, 'reserved', %(preselection_id)s, %(until)s, %(at)s) ON CONFLICT (plate) DO NOTHING
"""
DEADLOCKS = b"SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
Attempt = Callable[[DecisionInput, str], Awaitable[bool]]


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    bare = make_race(stack, sizes, make_insert_attempt(stack))
    ways = (
        ("claims with a lookup first, as in a composition", make_claim_attempt(stack, look=True), FASTEST),
        ("claims, only the statement of a decision", make_claim_attempt(stack, look=False), None),
        ("whole compositions, with the spent chances", make_compose_attempt(stack), None),
    )
    await bare()
    figures = []
    for name, way, target in ways:
        ours = make_race(stack, sizes, way)
        await ours()
        pairs = await by_turns(ours, bare, sizes.pairs)
        figures.append(speed(f"{sizes.rivals} parallel requests for one plate: {name}", pairs, target, unit="claims"))
    return [*figures, await deadlocks(stack)]


def make_race(stack: Stack, sizes: Sizes, attempt: Attempt) -> Half:
    """Rounds in which all requests want the same plate at the same time, and one gets it."""

    async def half() -> Seconds:
        rounds = [(await selections(stack, sizes.rivals, "compose"), next(PLATES)) for _ in range(sizes.rounds)]
        began = time.perf_counter()
        for rivals, plate in rounds:
            won = await asyncio.gather(*(attempt(rival, plate) for rival in rivals))
            assert sum(won) == 1, f"{sum(won)} owners of one plate"
        return (time.perf_counter() - began) / sizes.rounds / sizes.rivals

    return half


def make_insert_attempt(stack: Stack) -> Attempt:
    """The bare insert, which returns no row to all but one."""
    returning = INSERT + b" RETURNING plate"

    async def attempt(rival: DecisionInput, plate: str) -> bool:
        at = system_clock()
        values = {"plate": plate, "preselection_id": UUID(rival.preselection_id), "until": at.replace(year=9999)}
        return bool(await stack.repositories.database.fetch_raw(returning, values | {"at": at}))

    return attempt


def make_claim_attempt(stack: Stack, *, look: bool) -> Attempt:
    """A decision that only reserves the plate."""
    claims, decisions, turns = (
        stack.repositories.claims,
        stack.repositories.decisions,
        PlateQueues(),
    )

    async def attempt(rival: DecisionInput, plate: str) -> bool:
        with suppress(ClaimLost):
            await decisions.commit(decision(rival, plate))
            return True
        return False

    async def attempt_after_a_look(rival: DecisionInput, plate: str) -> bool:
        """Claim the plate as `plates.compose` does."""
        if await claims.plates_of_others([plate], rival.preselection_id, rival.at):
            return False
        with suppress(ClaimLost):
            async with turns.wait_turn(plate) as may_be_free:
                if may_be_free:
                    await decisions.commit(decision(rival, plate))
                    return True
        return False

    return attempt_after_a_look if look else attempt


def decision(rival: DecisionInput, plate: str) -> Decision:
    state, revision = to_record(selecting_state(rival.at)), 1
    return Decision(
        request_id=uuid4(),
        preselection_id=UUID(rival.preselection_id),
        action="compose",
        at=rival.at,
        expected_revision=revision,
        stage="completed",
        state=state,
        answer={"state": state, "revision": revision + 1},
        plate=plate,
        hold=[Claim(plate, "reserved", rival.at.replace(year=rival.at.year + 1))],
        refuse_banned=True,
    )


def make_compose_attempt(stack: Stack) -> Attempt:
    """The whole activity: numbers that were taken are charged, which is a decision too."""
    [compose] = (activity for activity in stack.container.activities() if activity.__name__ == "compose")

    async def attempt(rival: DecisionInput, plate: str) -> bool:
        result = await compose(rival, Compose([plate], str(uuid4())))
        return bool(result.stage == "completed")

    return attempt


async def deadlocks(stack: Stack) -> Figure:
    """Since the start of the servers, in every row of this run."""
    [[found]] = await stack.repositories.database.fetch_raw(DEADLOCKS, {})
    return Figure("deadlocks in the whole run so far", [found], Target("at most", 0), digits=0)
