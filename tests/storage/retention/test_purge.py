"""Personal data is removed after its retention, and not before; the plates' records stay."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from storage.bans.repository import BanRepository, NewBan
from storage.crypto.rehashing import NOBODY
from storage.postgres.database import Database
from storage.preselections.desk_reasons import DeskReason, DeskReasons
from storage.retention.purge import Purged, Retention
from tests.support.stored_preselections import AT, KEYS, LATER, Stored, decision, new_plates

YEAR = timedelta(days=365)
MILLISECOND = timedelta(milliseconds=1)
NOTHING = Purged(0, 0, 0)
MUCH_LATER = AT + 10 * YEAR


@pytest.fixture
async def own(own_database: Database) -> Stored:
    return await Stored.create(own_database)


async def insert_ended(own: Stored, stage: str = "registered", **given: Any) -> UUID:
    """A preselection whose last change was at `AT`."""
    me, [plate] = await own.insert(at=AT, **given), new_plates()
    await own.decisions.commit(decision(me, stage=stage, plate=plate, at=AT))
    return me


async def purge(own: Stored, before: datetime) -> Purged:
    return await Retention(own.database, KEYS).purge(before, MUCH_LATER)


@pytest.mark.parametrize("stage", ["registered", "exhausted", "overdue", "cancelled"])
async def test_an_ended_preselection_is_purged_when_it_ended_before_the_instant(own: Stored, stage: str) -> None:
    me = await insert_ended(own, stage)
    before = await own.row(me)
    assert await purge(own, AT) == NOTHING
    assert await purge(own, AT + MILLISECOND) == Purged(1, 0, 0)
    row = await own.row(me)
    assert {row.party_name, row.party_id, row.phone, row.vin, row.certificate_number, row.seller_name_masked} == {""}
    assert row.seller is None
    assert not {before.owner_hash, before.party_hash} & {row.owner_hash, row.party_hash}
    assert (row.owner_hash, row.party_hash) == (NOBODY + me.bytes, NOBODY)
    assert (row.plate, row.stage, row.state, row.revision) == (before.plate, stage, before.state, before.revision)
    assert await purge(own, MUCH_LATER) == NOTHING


async def test_the_stored_row_holds_nothing_of_the_person_any_more(
    own: Stored,
) -> None:
    me = await insert_ended(own)
    sealed_before = await sealed_values(own.database, me)
    await purge(own, MUCH_LATER)
    assert not set(sealed_before) & set(await sealed_values(own.database, me))


async def sealed_values(database: Database, preselection_id: UUID) -> list[bytes]:
    found = await database.row(
        text(
            "SELECT party_name, party_id, phone, vin, certificate_number, owner_hash, party_hash, seller_hash "
            "FROM preselection WHERE id = :id"
        ),
        {"id": preselection_id},
    )
    assert found is not None
    return list(found)


@pytest.mark.parametrize("stage", ["service_notes", "plate_selection", "completed"])
async def test_a_preselection_that_has_not_ended_is_never_purged(own: Stored, stage: str) -> None:
    await insert_ended(own, stage)
    assert await purge(own, MUCH_LATER) == NOTHING


async def test_one_that_fell_asleep_is_purged_and_its_vehicles_chances_stay_used(own: Stored) -> None:
    same: dict[str, Any] = {"vin": uuid4().hex, "certificate_number": "1", "party_id": uuid4().hex}
    me = await own.insert(at=AT, **same)
    await own.decisions.commit(decision(me, at=AT, stage="service_notes", dormant=True, state={"draws_remaining": 1}))
    before = await own.row(me)
    assert (await purge(own, MUCH_LATER)).preselections == 1
    next_one = await own.insert_submission(**same)
    assert (await own.history(next_one)).earlier == {"draws_remaining": 1}
    assert await own.preselections.list_of(before.owner_hash) == []


async def test_nobody_is_purged_while_banned_or_within_the_retention_after_the_ban(own: Stored) -> None:
    me = await insert_ended(own, "overdue", party_id="11010519491231002X")
    party, bans = (await own.row(me)).party_hash, BanRepository(own.database, KEYS)
    entry = await bans.ban(NewBan(uuid4(), party, "张*", AT, LATER, me))
    other = await insert_ended(own, party_id="11010519491231002X")
    # The ban is over, and its SMS has not been sent yet.
    assert await purge(own, MUCH_LATER) == NOTHING
    await bans.release(entry.id, LATER + YEAR)
    assert await purge(own, LATER + YEAR) == NOTHING
    assert (await own.row(me)).phone == "13800138000"
    assert await purge(own, LATER + YEAR + MILLISECOND) == Purged(2, 1, 0)
    assert {(await own.row(each)).phone for each in (me, other)} == {""}


async def test_a_purged_entry_of_the_blacklist_keeps_its_dates_and_loses_its_holder(own: Stored) -> None:
    bans = BanRepository(own.database, KEYS)
    entry = await bans.ban(NewBan(uuid4(), uuid4().bytes * 2, "张*", AT, LATER, uuid4()))
    await bans.release(entry.id, LATER)
    assert (await purge(own, MUCH_LATER)).bans == 1
    kept = await BanRepository(own.database, KEYS).get_entry(entry.id)
    assert kept is not None
    assert (kept.holder, kept.since, kept.until, kept.released_at) == ("", AT, LATER, LATER)


async def test_reasons_of_the_desk_are_deleted(own: Stored) -> None:
    reasons, about = DeskReasons(own.database, KEYS), uuid4()
    await reasons.add(DeskReason(uuid4(), about, "clerk", "卖方李四撤回", AT))
    assert (await purge(own, AT)).reasons == 0
    assert (await purge(own, AT + MILLISECOND)).reasons == 1
    assert await reasons.of_preselection(about) == []


async def test_many_are_purged_in_several_steps(own: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.retention.purge._AT_ONCE", 2)
    for _ in range(5):
        await insert_ended(own)
    assert await purge(own, MUCH_LATER) == Purged(5, 0, 0)
