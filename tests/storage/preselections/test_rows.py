"""Preselections as rows: encrypted, found by hashes, invisible until they have started."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.vault import Keys, Unreadable, Vault
from storage.preselections.history import VehicleHistory
from tests.support.rows import any_row
from tests.support.stored_preselections import AT, KEYS, Stored, decision, new_plates

HASHES = PersonalHashes(KEYS.hashes)


@pytest.mark.requirement("R-04", "R-09")
async def test_what_was_submitted_can_be_read_back_with_the_key(stored_rows: Stored) -> None:
    given = stored_rows.submission(phone="13900139000", vin="LSVAA49J132047371", certificate_number="123412345678")
    await stored_rows.preselections.insert_submission(given)
    row = await stored_rows.row(given.id)
    assert (row.stage, row.revision, row.created_at, row.notice_agreed_at) == ("submitted", 0, AT, AT)
    assert (row.phone, row.vin, row.certificate_number) == ("13900139000", "LSVAA49J132047371", "123412345678")
    assert (row.party_name, row.party_id, row.seller_name_masked) == ("张三", given.party_id, "李*")
    assert row.seller is not None
    assert (row.seller.kind, row.seller.name, row.seller.id_number) == ("person", "李四", "11010519491231002X")


async def test_nothing_personal_stands_readable_in_the_row_or_in_its_representation(stored_rows: Stored) -> None:
    given = stored_rows.submission()
    await stored_rows.preselections.insert_submission(given)
    [found] = await stored_rows.database.rows(
        text("SELECT preselection::text FROM preselection WHERE id = :id"), {"id": given.id}
    )
    row = await stored_rows.row(given.id)
    secrets = (given.party_name, given.party_id, given.phone, given.vin, given.certificate_number, "李四")
    for secret in secrets:
        assert secret not in found[0]
        assert secret.encode().hex() not in found[0]
        assert secret not in repr(row)
        assert secret not in repr(given)


async def test_sealed_columns_do_not_open_with_another_key(stored_rows: Stored) -> None:
    given = await stored_rows.insert_submission()
    strangers_keys = Keys(Vault({"first": b"2" * 32}, "first"), KeyedHash(b"h" * 32))
    row = await any_row(stored_rows.database, strangers_keys, given.id)
    assert row is not None
    for read in (lambda: row.phone, lambda: row.vin, lambda: row.party_id, lambda: row.seller):
        with pytest.raises(Unreadable):
            read()


async def test_a_submission_is_invisible_until_it_begins(stored_rows: Stored) -> None:
    row = await stored_rows.insert_submission()
    assert await stored_rows.preselections.get(row.id) is None
    assert await stored_rows.preselections.list_of(row.owner_hash) == []
    assert await stored_rows.history(row) == VehicleHistory(
        is_running=False, earlier=None, least_draws=None, least_composed=None, shown=()
    )
    await stored_rows.decisions.commit(decision(row.id, expected_revision=0, stage="service_notes"))
    found = await stored_rows.preselections.get(row.id)
    assert [found] == await stored_rows.preselections.list_of(row.owner_hash)
    assert (await stored_rows.history(row)).is_running


async def test_submitting_twice_changes_nothing(stored_rows: Stored) -> None:
    given = stored_rows.submission()
    await stored_rows.preselections.insert_submission(given)
    await stored_rows.decisions.commit(decision(given.id, expected_revision=0, stage="service_notes"))
    before = await stored_rows.row(given.id)
    await stored_rows.preselections.insert_submission(given)
    assert await stored_rows.row(given.id) == before


async def test_a_submission_that_failed_its_check_is_forgotten_and_one_that_began_is_not(stored_rows: Stored) -> None:
    failed, begun = await stored_rows.insert_submission(), await stored_rows.insert()
    for preselection_id in (failed.id, begun):
        await stored_rows.preselections.drop_submission(preselection_id)
    assert await any_row(stored_rows.database, KEYS, failed.id) is None
    assert await any_row(stored_rows.database, KEYS, begun) is not None


async def test_what_does_not_exist_is_not_found(stored_rows: Stored) -> None:
    assert await stored_rows.preselections.get(uuid4()) is None
    assert await stored_rows.preselections.list_of(uuid4().bytes) == []


async def test_the_list_is_the_callers_own_newest_first(stored_rows: Stored) -> None:
    owner = uuid4().hex
    mine = [await stored_rows.insert(owner=owner, at=AT + timedelta(minutes=minute // 2)) for minute in range(5)]
    await stored_rows.insert()
    listed = await stored_rows.preselections.list_of(HASHES.owner(owner))
    assert [row.created_at for row in listed] == sorted((row.created_at for row in listed), reverse=True)
    assert {row.id for row in listed} == set(mine)
    assert await stored_rows.preselections.list_of(HASHES.owner(owner), limit=2) == listed[:2]


async def test_the_newest_preselection_of_a_transfer_holds_its_counts(stored_rows: Stored) -> None:
    same: dict[str, Any] = {"vin": uuid4().hex, "certificate_number": "1", "party_id": uuid4().hex}
    await stored_rows.insert("cancelled", state={"draws_remaining": 4}, **same)
    newer = await stored_rows.insert("cancelled", state={"draws_remaining": 3}, at=AT + timedelta(days=1), **same)
    waiting = await stored_rows.insert_submission(at=AT + timedelta(days=2), **same)
    await stored_rows.insert("cancelled", **(same | {"party_id": uuid4().hex}))
    assert (await stored_rows.history(waiting)).earlier == {"draws_remaining": 3}
    assert (await stored_rows.history(await stored_rows.row(newer))).earlier == {"draws_remaining": 4}


async def test_numbers_shown_to_a_vehicle_are_those_of_all_its_preselections(stored_rows: Stored) -> None:
    vin, plates = uuid4().hex, new_plates(5)
    for shown in (plates[:3], plates[2:], []):
        await stored_rows.insert("cancelled", state={"shown": shown}, vin=vin)
    last = await stored_rows.insert("cancelled", state={}, vin=vin)
    await stored_rows.insert("cancelled", state={"shown": new_plates(3)})
    assert (await stored_rows.history(await stored_rows.row(last))).shown == tuple(sorted(plates))


async def test_a_partys_other_unfinished_preselections_are_found(stored_rows: Stored) -> None:
    party: dict[str, Any] = {"party_id": uuid4().hex}
    overdue = await stored_rows.insert("overdue", **party)
    unfinished = [await stored_rows.insert(stage, **party) for stage in ("service_notes", "plate_selection")]
    for stage in ("completed", "registered", "exhausted", "cancelled"):
        await stored_rows.insert(stage, **party)
    asleep = await stored_rows.insert("service_notes", **party)
    await stored_rows.decisions.commit(decision(asleep, stage="service_notes", dormant=True))
    found = await stored_rows.preselections.unfinished_others(overdue)
    assert {other.id for other in found} == set(unfinished)
    assert {other.office_code for other in found} == {stored_rows.office_code}
    without_one = await stored_rows.preselections.unfinished_others(unfinished[0])
    assert [other.id for other in without_one] == unfinished[1:]
