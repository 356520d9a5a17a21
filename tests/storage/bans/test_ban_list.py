"""The blacklist for operators."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.audit.trail import Act
from storage.bans.ban_list import BanList
from storage.bans.blacklist import Blacklist, NewBan
from storage.failures import NotTheSecond
from storage.postgres.database import Database
from tests.storage.stored_preselections import AT, KEYS, LATER, SOON

SECOND = Act(SOON, "operator", "op-2")


@pytest.fixture
async def own(fresh_database: str) -> AsyncIterator[Database]:
    own = Database(fresh_database)
    yield own
    await own.close()


@pytest.fixture
def bans(own: Database) -> BanList:
    return BanList(own, KEYS)


async def barred(own: Database, *, holder: str = "张*", preselection_id: UUID | None = None, minute: int = 0) -> UUID:
    since = AT + timedelta(minutes=minute)
    new = NewBan(uuid4(), uuid4().bytes, holder, since, LATER + timedelta(days=1), preselection_id or uuid4())
    return (await Blacklist(own, KEYS).bar(new)).id


async def test_an_entry_shows_its_masked_holder_and_all_its_dates(own: Database, bans: BanList) -> None:
    missed = uuid4()
    entry_id = await barred(own, holder="欧阳*", preselection_id=missed)
    entry = await bans.get(entry_id)
    assert entry is not None
    assert (entry.holder, entry.since, entry.until) == ("欧阳*", AT, LATER + timedelta(days=1))
    assert (entry.preselection_id, entry.released_at, entry.confirmed_at) == (missed, None, None)
    assert "欧阳" not in repr(entry)
    assert await bans.get(uuid4()) is None


async def test_pages_bring_every_entry_once_newest_first(own: Database, bans: BanList) -> None:
    made = [await barred(own, minute=number // 2) for number in range(7)]
    seen = []
    before = None
    while page := await bans.page(limit=3, before=before):
        seen += page
        before = page[-1].place
    assert sorted(entry.id for entry in seen) == sorted(made)
    assert [entry.since for entry in seen] == sorted((entry.since for entry in seen), reverse=True)


async def test_the_entry_of_a_preselection_is_found(own: Database, bans: BanList) -> None:
    await barred(own)
    mine = uuid4()
    entry_id = await barred(own, preselection_id=mine)
    assert [entry.id for entry in await bans.page(preselection_id=mine)] == [entry_id]


async def test_an_early_release_waits_for_a_second_operator(own: Database, bans: BanList) -> None:
    by_time, early = await barred(own), await barred(own)
    await Blacklist(own, KEYS).release(by_time, LATER + timedelta(days=1))
    assert not await bans.confirm_release(early, SECOND)
    await Blacklist(own, KEYS).release_early(early, AT, operator="op-1", reason="停电")
    assert [entry.id for entry in await bans.unconfirmed()] == [early]
    with pytest.raises(NotTheSecond):
        await bans.confirm_release(early, Act(SOON, "operator", "op-1"))
    assert await bans.confirm_release(early, SECOND)
    assert not await bans.confirm_release(early, SECOND)
    assert await bans.unconfirmed() == []
    entry = await bans.get(early)
    assert entry is not None
    assert (entry.released_by, entry.release_reason, entry.confirmed_by, entry.confirmed_at) == (
        "op-1", "停电", "op-2", SOON,
    )  # fmt: skip


async def test_the_database_itself_refuses_one_operator_in_both_places(own: Database) -> None:
    entry_id = await barred(own)
    await Blacklist(own, KEYS).release_early(entry_id, AT, operator="op-1", reason="停电")
    with pytest.raises(IntegrityError, match="confirmed_by_another"):
        await own.rows(text("UPDATE blacklist SET confirmed_by = 'op-1'"))
