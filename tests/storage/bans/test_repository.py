"""Bans (R-41, R-48): one live ban for each party, whose `until` decides; operators' lists and their releases."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from storage.audit.trail import Act
from storage.bans.repository import BanRepository, NewBan
from storage.failures import NotTheSecond
from storage.postgres.database import Database
from storage.postgres.tables import blacklist
from tests.support.stored_preselections import AT, KEYS, LATER, SOON

TWO_YEARS_LATER = AT.replace(year=2028)
MILLISECOND = timedelta(milliseconds=1)
SECOND = Act(SOON, "operator", "op-2")


@pytest.fixture
def bans(database: Database) -> BanRepository:
    return BanRepository(database, KEYS)


@pytest.fixture
def own_bans(own_database: Database) -> BanRepository:
    return BanRepository(own_database, KEYS)


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


async def test_a_ban_holds_from_its_beginning_to_its_end_whether_or_not_it_is_released(bans: BanRepository) -> None:
    party = uuid4().bytes
    await bans.ban(ban(party))
    instants = (AT - MILLISECOND, AT, TWO_YEARS_LATER - MILLISECOND, TWO_YEARS_LATER)
    expected = [None, TWO_YEARS_LATER, TWO_YEARS_LATER, None]
    assert [await bans.find_ban_end(party, at) for at in instants] == expected
    assert await bans.find_ban_end(uuid4().bytes, AT) is None


async def test_a_further_missed_deadline_sets_the_end_to_the_later_of_both(
    bans: BanRepository, database: Database
) -> None:
    party = uuid4().bytes
    first = ban(party)
    assert (await bans.ban(first)).id == first.id
    later = AT + timedelta(days=100)
    earlier_end = await bans.ban(ban(party, later, TWO_YEARS_LATER - timedelta(days=1)))
    longer = await bans.ban(ban(party, later, TWO_YEARS_LATER + timedelta(days=100)))
    assert {first.id} == {earlier_end.id, longer.id}
    assert (earlier_end.until, longer.until) == (TWO_YEARS_LATER, TWO_YEARS_LATER + timedelta(days=100))
    assert await entries_of(database, party) == [(AT, longer.until, None)]


async def test_a_release_holds_for_every_missed_deadline_that_the_ban_covered(
    bans: BanRepository, database: Database
) -> None:
    party, later = uuid4().bytes, AT + timedelta(days=100)
    first = await bans.ban(ban(party))
    second = ban(party, later, TWO_YEARS_LATER + timedelta(days=100))
    extended = await bans.ban(second)
    await bans.release_early(first.id, later + MILLISECOND, operator="op-1", reason="车管所停业")
    # Somebody starts the workflow of the second preselection once more.
    assert (await bans.ban(second)).id == extended.id == first.id
    assert await bans.find_ban_end(party, later + timedelta(days=1)) is None
    third = ban(party, later + timedelta(days=2), TWO_YEARS_LATER + timedelta(days=102))
    assert (await bans.ban(third)).id == third.id
    assert await bans.find_ban_end(party, later + timedelta(days=3)) == third.until


async def test_a_release_holds_for_no_deadline_that_is_missed_after_it(bans: BanRepository) -> None:
    party, released_at, later = uuid4().bytes, AT + timedelta(hours=1), AT + timedelta(hours=2)
    first = await bans.ban(ban(party))
    await bans.release_early(first.id, released_at, operator="op-1", reason="车管所停业")
    assert await bans.of_deadline(party, AT) == await bans.get(first.id)
    assert await bans.of_deadline(party, later) is None
    # By the day, both bans end at the same instant; another office's may even end earlier.
    for end in (TWO_YEARS_LATER, TWO_YEARS_LATER - timedelta(days=365)):
        assert await bans.find_unwritten_end(party, {AT: TWO_YEARS_LATER, later: end}) == end
    second = ban(party, later)
    assert (await bans.ban(second)).id == second.id
    assert await bans.find_ban_end(party, later) == TWO_YEARS_LATER
    assert await bans.of_deadline(party, later) == await bans.get(second.id)
    assert await bans.find_unwritten_end(party, {AT: TWO_YEARS_LATER, later: TWO_YEARS_LATER}) is None


async def test_banning_twice_for_the_same_reason_changes_nothing(bans: BanRepository, database: Database) -> None:
    party = uuid4().bytes
    once = ban(party)
    assert await bans.ban(once) == await bans.ban(once)
    await bans.release(once.id, TWO_YEARS_LATER)
    await bans.ban(once)
    assert await entries_of(database, party) == [(AT, TWO_YEARS_LATER, TWO_YEARS_LATER)]


async def test_a_ban_after_one_that_is_over_is_another_ban(bans: BanRepository, database: Database) -> None:
    party = uuid4().bytes
    await bans.ban(ban(party))
    again, end = TWO_YEARS_LATER + timedelta(days=1), TWO_YEARS_LATER + timedelta(days=731)
    second = ban(party, again, end)
    assert (await bans.ban(second)).id == second.id
    assert await entries_of(database, party) == [(AT, TWO_YEARS_LATER, TWO_YEARS_LATER), (again, end, None)]
    assert await bans.find_ban_end(party, TWO_YEARS_LATER) is None


async def test_50_missed_deadlines_of_one_party_at_once_make_one_entry(bans: BanRepository, database: Database) -> None:
    party = uuid4().bytes
    ends = [TWO_YEARS_LATER + timedelta(days=days) for days in range(50)]
    new = [ban(party, AT, end) for end in ends]
    made = await asyncio.gather(*(bans.ban(each) for each in new))
    assert sum(ban.id == each.id for ban, each in zip(made, new, strict=True)) == 1
    assert await entries_of(database, party) == [(AT, ends[-1], None)]


async def test_an_entry_is_released_when_its_time_is_over_and_not_before(
    bans: BanRepository, database: Database
) -> None:
    party = uuid4().bytes
    new = ban(party)
    entry, before = await bans.ban(new), TWO_YEARS_LATER - MILLISECOND
    assert await bans.release(entry.id, before) == entry
    assert (entry.preselection_id, entry.until, entry.released_at) == (new.preselection_id, TWO_YEARS_LATER, None)
    assert (await entries_of(database, party))[0][2] is None
    assert await bans.release(entry.id, TWO_YEARS_LATER) == replace(entry, released_at=TWO_YEARS_LATER)
    assert await bans.release(uuid4(), TWO_YEARS_LATER) is None
    assert (await entries_of(database, party))[0][2] == TWO_YEARS_LATER


async def test_an_operator_releases_at_once_and_only_once(bans: BanRepository) -> None:
    party = uuid4().bytes
    entry = await bans.ban(ban(party))
    assert await bans.release_early(entry.id, AT, operator="op-1", reason="office was closed")
    assert await bans.find_ban_end(party, AT) is None
    assert not await bans.release_early(entry.id, AT, operator="op-1", reason="again")
    assert not await bans.release_early(UUID(int=0), AT, operator="op-1", reason="nobody's")


async def test_the_holder_is_sealed(bans: BanRepository, database: Database) -> None:
    party = uuid4().bytes
    await bans.ban(ban(party))
    [row] = await database.rows(select(blacklist.c.holder).where(blacklist.c.party_hash == party))
    assert "张*".encode() not in row[0]
    assert KEYS.vault.decrypt(blacklist.c.holder, row[0]) == "张*"


async def enter(
    bans: BanRepository, *, holder: str = "张*", preselection_id: UUID | None = None, minute: int = 0
) -> UUID:
    since = AT + timedelta(minutes=minute)
    new = NewBan(uuid4(), uuid4().bytes, holder, since, LATER + timedelta(days=1), preselection_id or uuid4())
    return (await bans.ban(new)).id


async def test_an_entry_shows_its_masked_holder_and_all_its_dates(own_bans: BanRepository) -> None:
    missed = uuid4()
    entry_id = await enter(own_bans, holder="欧阳*", preselection_id=missed)
    entry = await own_bans.get_entry(entry_id)
    assert entry is not None
    assert (entry.holder, entry.since, entry.until) == ("欧阳*", AT, LATER + timedelta(days=1))
    assert (entry.preselection_id, entry.released_at, entry.confirmed_at) == (missed, None, None)
    assert "欧阳" not in repr(entry)
    assert await own_bans.get_entry(uuid4()) is None


async def test_pages_bring_every_entry_once_newest_first(own_bans: BanRepository) -> None:
    made = [await enter(own_bans, minute=number // 2) for number in range(7)]
    seen = []
    before = None
    while page := await own_bans.page(limit=3, before=before):
        seen += page
        before = page[-1].place
    assert sorted(entry.id for entry in seen) == sorted(made)
    assert [entry.since for entry in seen] == sorted((entry.since for entry in seen), reverse=True)


async def test_the_entry_of_a_preselection_is_found(own_bans: BanRepository) -> None:
    await enter(own_bans)
    mine = uuid4()
    entry_id = await enter(own_bans, preselection_id=mine)
    assert [entry.id for entry in await own_bans.page(preselection_id=mine)] == [entry_id]


async def test_an_early_release_waits_for_a_second_operator(own_bans: BanRepository) -> None:
    by_time, early = await enter(own_bans), await enter(own_bans)
    await own_bans.release(by_time, LATER + timedelta(days=1))
    assert not await own_bans.confirm_release(early, SECOND)
    await own_bans.release_early(early, AT, operator="op-1", reason="停电")
    assert [entry.id for entry in await own_bans.unconfirmed_releases()] == [early]
    with pytest.raises(NotTheSecond):
        await own_bans.confirm_release(early, Act(SOON, "operator", "op-1"))
    assert await own_bans.confirm_release(early, SECOND)
    assert not await own_bans.confirm_release(early, SECOND)
    assert await own_bans.unconfirmed_releases() == []
    entry = await own_bans.get_entry(early)
    assert entry is not None
    assert (entry.released_by, entry.release_reason, entry.confirmed_by, entry.confirmed_at) == (
        "op-1", "停电", "op-2", SOON,
    )  # fmt: skip


async def test_the_database_itself_refuses_one_operator_in_both_places(
    own_database: Database, own_bans: BanRepository
) -> None:
    entry_id = await enter(own_bans)
    await own_bans.release_early(entry_id, AT, operator="op-1", reason="停电")
    with pytest.raises(IntegrityError, match="confirmed_by_another"):
        await own_database.rows(text("UPDATE blacklist SET confirmed_by = 'op-1'"))
