"""The blacklist (R-41, R-48): one entry per party, whose `until` decides."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from storage.bans.blacklist import BanStatus, Blacklist, NewBan
from storage.postgres.database import Database
from storage.postgres.tables import blacklist
from tests.storage.stored_preselections import AT, KEYS

TWO_YEARS_LATER = AT.replace(year=2028)
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def bans(database: Database) -> Blacklist:
    return Blacklist(database, KEYS)


def ban(party: bytes, since: datetime = AT, until: datetime = TWO_YEARS_LATER) -> NewBan:
    return NewBan(uuid4(), party, "张*", since, until, uuid4())


async def entries_of(database: Database, party: bytes) -> list[tuple[Any, ...]]:
    columns = blacklist.c
    found = await database.rows(
        select(columns.since, columns.until, columns.released_at)
        .where(columns.party_hash == party)
        .order_by(columns.since)
    )
    return [tuple(row) for row in found]


async def test_a_ban_holds_from_its_beginning_to_its_end_whether_or_not_it_is_released(bans: Blacklist) -> None:
    party = uuid4().bytes
    await bans.bar(ban(party))
    moments = (AT - MILLISECOND, AT, TWO_YEARS_LATER - MILLISECOND, TWO_YEARS_LATER)
    expected = [None, TWO_YEARS_LATER, TWO_YEARS_LATER, None]
    assert [await bans.barred_until(party, at) for at in moments] == expected
    assert await bans.barred_until(uuid4().bytes, AT) is None


async def test_a_further_missed_deadline_sets_the_end_to_the_later_of_both(bans: Blacklist, database: Database) -> None:
    party = uuid4().bytes
    first = await bans.bar(ban(party))
    later = AT + timedelta(days=100)
    earlier_end = await bans.bar(ban(party, later, TWO_YEARS_LATER - timedelta(days=1)))
    longer = await bans.bar(ban(party, later, TWO_YEARS_LATER + timedelta(days=100)))
    assert (first.extended, earlier_end.extended, longer.extended) == (False, True, True)
    assert {first.id} == {earlier_end.id, longer.id}
    assert (earlier_end.until, longer.until) == (TWO_YEARS_LATER, TWO_YEARS_LATER + timedelta(days=100))
    assert await entries_of(database, party) == [(AT, longer.until, None)]


async def test_barring_twice_for_the_same_reason_changes_nothing(bans: Blacklist, database: Database) -> None:
    party = uuid4().bytes
    once = ban(party)
    assert await bans.bar(once) == await bans.bar(once)
    await bans.release(once.id, TWO_YEARS_LATER)
    await bans.bar(once)
    assert await entries_of(database, party) == [(AT, TWO_YEARS_LATER, TWO_YEARS_LATER)]


async def test_a_ban_after_one_that_is_over_is_another_ban(bans: Blacklist, database: Database) -> None:
    party = uuid4().bytes
    await bans.bar(ban(party))
    again, end = TWO_YEARS_LATER + timedelta(days=1), TWO_YEARS_LATER + timedelta(days=731)
    second = await bans.bar(ban(party, again, end))
    assert not second.extended
    assert await entries_of(database, party) == [(AT, TWO_YEARS_LATER, TWO_YEARS_LATER), (again, end, None)]
    assert await bans.barred_until(party, TWO_YEARS_LATER) is None


async def test_50_missed_deadlines_of_one_party_at_once_make_one_entry(bans: Blacklist, database: Database) -> None:
    party = uuid4().bytes
    ends = [TWO_YEARS_LATER + timedelta(days=days) for days in range(50)]
    made = await asyncio.gather(*(bans.bar(ban(party, AT, end)) for end in ends))
    assert sum(not one.extended for one in made) == 1
    assert await entries_of(database, party) == [(AT, ends[-1], None)]


async def test_an_entry_is_released_when_its_time_is_over_and_not_before(bans: Blacklist, database: Database) -> None:
    party = uuid4().bytes
    new = ban(party)
    entry, before = await bans.bar(new), TWO_YEARS_LATER - MILLISECOND
    assert await bans.release(entry.id, before) == BanStatus(new.preselection_id, TWO_YEARS_LATER)
    assert (await entries_of(database, party))[0][2] is None
    assert await bans.release(entry.id, TWO_YEARS_LATER) == BanStatus(new.preselection_id, None)
    assert await bans.release(uuid4(), TWO_YEARS_LATER) is None
    assert (await entries_of(database, party))[0][2] == TWO_YEARS_LATER


async def test_an_operator_releases_at_once_and_only_once(bans: Blacklist) -> None:
    party = uuid4().bytes
    entry = await bans.bar(ban(party))
    assert await bans.release_early(entry.id, AT, operator="op-1", reason="office was closed")
    assert await bans.barred_until(party, AT) is None
    assert not await bans.release_early(entry.id, AT, operator="op-1", reason="again")
    assert not await bans.release_early(UUID(int=0), AT, operator="op-1", reason="nobody's")


async def test_the_holder_is_sealed(bans: Blacklist, database: Database) -> None:
    party = uuid4().bytes
    await bans.bar(ban(party))
    [row] = await database.rows(select(blacklist.c.holder).where(blacklist.c.party_hash == party))
    assert "张*".encode() not in row[0]
    assert KEYS.vault.decrypt("blacklist.holder", row[0]) == "张*"
