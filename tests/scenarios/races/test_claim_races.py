"""A plate never has two owners, and no two live batches share a number, under parallel requests."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

import pytest
from sqlalchemy import select, text

from storage.failures import ClaimLost, RequestIdTaken, StaleRevision
from storage.postgres.database import Database
from storage.postgres.tables import claim
from storage.preselections.decisions import Claim
from tests.support.stored_preselections import AT, LATER, SOON, Stored, decision, new_plates

RIVALS = 100
CONNECTIONS = 40


async def owners_of(database: Database, at: datetime = AT) -> dict[str, UUID]:
    """The owner of each plate in the whole database at an instant."""
    columns = claim.c
    found = await database.rows(select(columns.plate, columns.preselection_id).where(columns.until > at))
    return {row[0]: row[1] for row in found}


@asynccontextmanager
async def start_together(database: Database, plates: Sequence[str], rivals: int) -> AsyncIterator[None]:
    """Holds all statements at the first of the plates, until all connections are in use.

    By then each has looked and found no obstacle. Otherwise one statement would end before Python has sent the next,
    and there would be no race.
    """
    grip = text("""
        INSERT INTO claim (plate, kind, until, changed_at)
        SELECT plate, 'offered', :at, :at FROM unnest(CAST(:plates AS text[])) AS plate
        ON CONFLICT (plate) DO UPDATE SET changed_at = excluded.changed_at
    """)
    waiting = text("""
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    """)
    async with database.transaction() as gate:
        await gate.execute(grip, {"at": AT, "plates": list(plates)})
        yield
        while (await gate.execute(waiting)).scalar_one() < min(rivals, CONNECTIONS - 1):
            # A session's statistics of others stay the same within a transaction, unless they are refreshed.
            await gate.execute(text("SELECT pg_stat_clear_snapshot()"))
        await gate.rollback()


async def race(stored: Stored, attempts: Mapping[UUID, Sequence[str]], at: datetime, revision: int) -> dict[UUID, bool]:
    """All claim their plates in parallel; returns who got them. Any outcome but winning or losing is an error."""

    async def want(rival: UUID, plates: Sequence[str]) -> bool:
        hold = [Claim(plate, "offered", at + timedelta(minutes=5)) for plate in plates]
        try:
            await stored.decisions.commit(decision(rival, at=at, expected_revision=revision, hold=hold))
        except ClaimLost:
            return False
        return True

    everything = {plate for plates in attempts.values() for plate in plates}
    async with start_together(stored.database, sorted(everything), len(attempts)):
        runners = [asyncio.ensure_future(want(rival, plates)) for rival, plates in attempts.items()]
    return dict(zip(attempts, await asyncio.gather(*runners), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("before", ["fresh", "expired", "mixed"])
async def test_of_100_rivals_for_the_same_ten_plates_one_gets_them_all(stored_rows: Stored, before: str) -> None:
    plates = new_plates(10)
    held_before = {"fresh": [], "expired": plates, "mixed": plates[::2]}[before]
    if held_before:
        earlier = await stored_rows.insert()
        await stored_rows.decisions.commit(
            decision(earlier, hold=[Claim(plate, "offered", SOON) for plate in held_before])
        )
    rivals = [await stored_rows.insert() for _ in range(RIVALS)]
    got = await race(stored_rows, dict.fromkeys(rivals, plates), LATER, 1)
    [winner] = [rival for rival, won in got.items() if won]
    assert await owners_of(stored_rows.database, LATER) == dict.fromkeys(plates, winner)


@pytest.mark.slow
async def test_100_rivals_for_overlapping_plates_in_any_order_never_share_one_and_never_deadlock(
    stored_rows: Stored,
) -> None:
    chance = random.Random(20261123)
    plates = new_plates(30)
    for hour in range(3):
        at = AT + timedelta(hours=hour)
        rivals = [await stored_rows.insert() for _ in range(RIVALS)]
        attempts = {rival: chance.sample(plates, 5) for rival in rivals}
        got = await race(stored_rows, attempts, at, 1)
        given = Counter(plate for rival, won in got.items() if won for plate in attempts[rival])
        assert given
        assert max(given.values()) == 1
        owners = await owners_of(stored_rows.database, at)
        assert owners == {plate: rival for rival, won in got.items() if won for plate in attempts[rival]}


async def test_claiming_what_another_releases_at_the_same_instant_never_deadlocks(stored_rows: Stored) -> None:
    """Each releases its expired plates and claims its neighbour's: a deadlock, without one order for all."""
    rivals = [await stored_rows.insert() for _ in range(CONNECTIONS - 1)]
    own = {rival: new_plates(5) for rival in rivals}
    for rival, plates in own.items():
        await stored_rows.decisions.commit(decision(rival, hold=[Claim(plate, "offered", SOON) for plate in plates]))
    wanted = dict(zip(rivals, [own[neighbour] for neighbour in (*rivals[1:], rivals[0])], strict=True))
    moves = [
        decision(
            rival,
            at=SOON,
            expected_revision=2,
            hold=[Claim(plate, "offered", LATER) for plate in plates],
            release=own[rival],
        )
        for rival, plates in wanted.items()
    ]
    async with start_together(stored_rows.database, list(chain(*own.values())), len(moves)):
        runners = [asyncio.ensure_future(stored_rows.decisions.commit(move)) for move in moves]
    await asyncio.gather(*runners)
    assert await owners_of(stored_rows.database, SOON) == {
        plate: rival for rival, plates in wanted.items() for plate in plates
    }


async def test_the_same_request_sent_by_50_at_once_has_one_effect(stored_rows: Stored) -> None:
    me, plates = await stored_rows.insert(), new_plates(10)
    drawn = decision(me, hold=[Claim(plate, "offered", SOON) for plate in plates])
    async with start_together(stored_rows.database, plates, 50):
        runners = [asyncio.ensure_future(stored_rows.decisions.commit(drawn)) for _ in range(50)]
    outcomes = await asyncio.gather(*runners, return_exceptions=True)
    assert outcomes.count(None) == 1
    assert {type(outcome) for outcome in outcomes} <= {type(None), RequestIdTaken, StaleRevision}
    assert (await stored_rows.row(me)).revision == 2
    assert await owners_of(stored_rows.database) == dict.fromkeys(plates, me)


async def test_50_different_actions_on_one_preselection_at_once_spend_one_chance(stored_rows: Stored) -> None:
    me = await stored_rows.insert()
    attempts = [new_plates(10) for _ in range(50)]
    actions = [decision(me, hold=[Claim(plate, "offered", SOON) for plate in plates]) for plates in attempts]
    async with start_together(stored_rows.database, list(chain(*attempts)), 50):
        runners = [asyncio.ensure_future(stored_rows.decisions.commit(action)) for action in actions]
    outcomes = await asyncio.gather(*runners, return_exceptions=True)
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"NoneType": 1, "StaleRevision": 49}
    assert (await stored_rows.row(me)).revision == 2
    assert len(await owners_of(stored_rows.database)) == 10


class UnguardedClaims:
    """A claim without the guard: check whether the plates are free, then take them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def are_free(self, plates: Sequence[str], at: datetime) -> bool:
        held = select(claim.c.plate).where(claim.c.plate.in_(plates), claim.c.until > at)
        return not await self._database.rows(held)

    async def take(self, rival: UUID, plates: Sequence[str], until: datetime) -> None:
        statement = text("""
            INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
            SELECT plate, 'offered', :rival, :until, :at FROM unnest(CAST(:plates AS text[])) AS plate
            ORDER BY plate COLLATE "C"
            ON CONFLICT (plate) DO UPDATE SET preselection_id = excluded.preselection_id, until = excluded.until
        """)
        await self._database.rows(statement, {"rival": rival, "until": until, "at": AT, "plates": list(plates)})


async def test_without_the_guard_the_same_ten_plates_have_many_owners(stored_rows: Stored) -> None:
    """The race is real: without the guard the other tests would fail."""
    unguarded, plates = UnguardedClaims(stored_rows.database), new_plates(10)
    rivals = [await stored_rows.insert() for _ in range(20)]
    everybody_has_looked = asyncio.Barrier(len(rivals))

    async def want(rival: UUID) -> bool:
        free = await unguarded.are_free(plates, AT)
        await everybody_has_looked.wait()
        if free:
            await unguarded.take(rival, plates, SOON)
        return free

    believe_to_have_them = await asyncio.gather(*(want(rival) for rival in rivals))
    assert sum(believe_to_have_them) > 1
    assert len(set((await owners_of(stored_rows.database)).values())) == 1
