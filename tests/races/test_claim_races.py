"""A plate never has two owners, nor do two live batches share a number, however many ask at once."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from storage.database import Database
from storage.decisions import Claim
from storage.failures import ClaimLost
from storage.tables import claim
from tests.storage.stored_preselections import AT, LATER, SOON, Stored, decision, new_plates

RIVALS = 100


async def owners_of(database: Database, at: datetime = AT) -> dict[str, UUID]:
    """Who holds each plate in the whole database at a moment."""
    columns = claim.c
    found = await database.rows(select(columns.plate, columns.preselection_id).where(columns.until > at))
    return {row[0]: row[1] for row in found}


async def race(stored: Stored, wishes: dict[UUID, Sequence[str]], at: datetime, revision: int) -> dict[UUID, bool]:
    """All at once want their plates; tells who got them. Anything but having them or losing them is an error."""

    async def want(rival: UUID, plates: Sequence[str]) -> bool:
        hold = [Claim(plate, "offered", at + timedelta(minutes=5)) for plate in plates]
        try:
            await stored.decisions.commit(decision(rival, at=at, expected_revision=revision, hold=hold))
        except ClaimLost:
            return False
        return True

    got = await asyncio.gather(*(want(rival, plates) for rival, plates in wishes.items()))
    return dict(zip(wishes, got, strict=True))


@pytest.mark.parametrize("before", ["fresh", "expired", "mixed"])
async def test_of_100_rivals_for_the_same_ten_plates_one_gets_them_all(stored: Stored, before: str) -> None:
    plates = new_plates(10)
    held_before = {"fresh": [], "expired": plates, "mixed": plates[::2]}[before]
    if held_before:
        earlier = await stored.begun()
        await stored.decisions.commit(decision(earlier, hold=[Claim(plate, "offered", SOON) for plate in held_before]))
    rivals = [await stored.begun() for _ in range(RIVALS)]
    got = await race(stored, dict.fromkeys(rivals, plates), LATER, 1)
    [winner] = [rival for rival, won in got.items() if won]
    assert await owners_of(stored.database, LATER) == dict.fromkeys(plates, winner)


async def test_100_rivals_for_overlapping_plates_in_any_order_never_share_one_and_never_deadlock(
    stored: Stored,
) -> None:
    chance = random.Random(20261123)
    plates = new_plates(60)
    rivals = [await stored.begun() for _ in range(RIVALS)]
    for revision in range(1, 4):
        at = AT + timedelta(hours=revision)
        wishes = {rival: chance.sample(plates, 10) for rival in rivals}
        revisions = {rival: (await stored.row(rival)).revision for rival in rivals}
        got: dict[UUID, bool] = {}
        for known in sorted(set(revisions.values())):
            group = {rival: wishes[rival] for rival in rivals if revisions[rival] == known}
            got |= await race(stored, group, at, known)
        given = Counter(plate for rival, won in got.items() if won for plate in wishes[rival])
        assert given
        assert max(given.values()) == 1
        owners = await owners_of(stored.database, at)
        assert owners == {plate: rival for rival, won in got.items() if won for plate in wishes[rival]}


async def test_claiming_what_another_releases_at_the_same_moment_never_deadlocks(stored: Stored) -> None:
    """Each wants its neighbour's plates while it gives up its own: a circle, were there not one order for all."""
    count, size = 40, 5
    rivals = [await stored.begun() for _ in range(count)]
    own = {rival: new_plates(size) for rival in rivals}
    await asyncio.gather(*(
        stored.decisions.commit(decision(rival, hold=[Claim(plate, "offered", SOON) for plate in plates]))
        for rival, plates in own.items()
    ))  # fmt: skip

    async def move_on(rival: UUID, wanted: Sequence[str]) -> bool:
        hold = [Claim(plate, "offered", LATER) for plate in wanted]
        try:
            await stored.decisions.commit(decision(rival, expected_revision=2, hold=hold, release=own[rival]))
        except ClaimLost:
            return False
        return True

    neighbours = [*rivals[1:], rivals[0]]
    moved = await asyncio.gather(*(move_on(rival, own[next_]) for rival, next_ in zip(rivals, neighbours, strict=True)))
    owners = await owners_of(stored.database)
    expected = {
        plate: rival
        for rival, next_, won in zip(rivals, neighbours, moved, strict=True)
        for plate in (own[next_] if won else own[rival])
    }
    assert owners.items() <= expected.items()
    assert all(owners.get(plate) == rival for plate, rival in expected.items())


async def test_the_same_request_sent_by_50_at_once_has_one_effect(stored: Stored) -> None:
    me, plates = await stored.begun(), new_plates(10)
    drawn = decision(me, hold=[Claim(plate, "offered", SOON) for plate in plates])
    outcomes = await asyncio.gather(*(stored.decisions.commit(drawn) for _ in range(50)), return_exceptions=True)
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"NoneType": 1, "AlreadyDecided": 49}
    assert (await stored.row(me)).revision == 2
    assert await owners_of(stored.database) == dict.fromkeys(plates, me)


async def test_50_different_actions_on_one_preselection_at_once_spend_one_chance(stored: Stored) -> None:
    me = await stored.begun()
    wishes = [new_plates(10) for _ in range(50)]
    outcomes = await asyncio.gather(
        *(
            stored.decisions.commit(decision(me, hold=[Claim(plate, "offered", SOON) for plate in plates]))
            for plates in wishes
        ),
        return_exceptions=True,
    )
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"NoneType": 1, "StaleRevision": 49}
    assert (await stored.row(me)).revision == 2
    assert len(await owners_of(stored.database)) == 10


class UnguardedClaims:
    """What the claim would be without its guard: look whether the plates are free, then take them."""

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


async def test_without_the_guard_the_same_ten_plates_have_many_owners(stored: Stored) -> None:
    """The race is real: what the other tests prove is the guard's doing."""
    unguarded, plates = UnguardedClaims(stored.database), new_plates(10)
    rivals = [await stored.begun() for _ in range(20)]
    everybody_has_looked = asyncio.Barrier(len(rivals))

    async def want(rival: UUID) -> bool:
        free = await unguarded.are_free(plates, AT)
        await everybody_has_looked.wait()
        if free:
            await unguarded.take(rival, plates, SOON)
        return free

    believe_to_have_them = await asyncio.gather(*(want(rival) for rival in rivals))
    assert sum(believe_to_have_them) > 1
    assert len(set((await owners_of(stored.database)).values())) == 1
