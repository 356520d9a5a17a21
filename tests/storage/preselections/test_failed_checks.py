import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from storage.postgres.database import Database
from storage.preselections.failed_checks import FailedChecks, Place
from tests.support.stored_preselections import AT

LIMIT = 3


class CheckedPerson:
    def __init__(self, database: Database) -> None:
        self.checks = FailedChecks(database)
        self.hash = uuid4().bytes * 2

    async def begin(self, check_id: UUID | None = None, *, minutes: int = 0) -> Place:
        at = AT + timedelta(minutes=minutes)
        return await self.checks.begin(check_id or uuid4(), self.hash, at=at, since=AT, limit=LIMIT)

    async def checked(self, *, failed: bool, minutes: int = 0) -> Place:
        check_id = uuid4()
        place = await self.begin(check_id, minutes=minutes)
        await self.checks.end(check_id, self.hash, failed=failed)
        return place


@pytest.fixture
def me(database: Database) -> CheckedPerson:
    return CheckedPerson(database)


async def test_failed_checks_are_counted_from_an_instant_on_for_one_applicant(
    me: CheckedPerson, database: Database
) -> None:
    for minutes in (-1, 0, 1):
        await me.checked(failed=True, minutes=minutes)
    await CheckedPerson(database).checked(failed=True)
    assert await me.checks.count(me.hash, since=AT) == 2


async def test_after_so_many_failed_ones_none_is_made(me: CheckedPerson) -> None:
    assert [await me.checked(failed=True) for _ in range(LIMIT)] == [Place.TAKEN] * LIMIT
    assert await me.begin() is Place.USED_UP


async def test_a_check_that_passes_costs_nothing(me: CheckedPerson) -> None:
    assert {await me.checked(failed=False) for _ in range(2 * LIMIT)} == {Place.TAKEN}
    assert await me.checks.count(me.hash, since=AT) == 0


async def test_many_at_once_are_no_way_around_the_limit(me: CheckedPerson) -> None:
    ids = [uuid4() for _ in range(4 * LIMIT)]
    places = await asyncio.gather(*(me.begin(check_id) for check_id in ids))
    assert Counter(places) == {Place.TAKEN: LIMIT, Place.BUSY: 3 * LIMIT}
    for check_id, place in zip(ids, places, strict=True):
        if place is Place.TAKEN:
            await me.checks.end(check_id, me.hash, failed=True)
    assert await me.begin() is Place.USED_UP


async def test_the_place_of_a_check_that_was_lost_is_free_after_a_while(me: CheckedPerson) -> None:
    for _ in range(LIMIT):
        await me.begin()
    assert (await me.begin(), await me.begin(minutes=1)) == (Place.BUSY, Place.TAKEN)


async def test_the_same_check_is_counted_once(me: CheckedPerson) -> None:
    check_id = uuid4()
    for _ in range(LIMIT):
        assert await me.begin(check_id) is Place.TAKEN
        await me.checks.end(check_id, me.hash, failed=True)
    assert await me.checks.count(me.hash, since=AT) == 1
