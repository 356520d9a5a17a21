"""Maintenance removes expired rows, and nothing else."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Table, func, insert, select, text

from domain.dependencies import DependencyBusy
from domain.policy import Policy
from storage.postgres.database import Database
from storage.postgres.tables import FOREVER, claim, code, preselection, sms_outbox
from storage.postgres.tables import decision as decision_table
from storage.preselections.decisions import Claim
from storage.preselections.failed_checks import FailedChecks
from storage.preselections.idempotency import Idempotency, RequestKey
from storage.preselections.tables import failed_check, idempotency
from storage.retention.expired_rows import ExpiredRows
from storage.sms.codes import CodeOwner, Codes, NewCode
from tests.support.stored_claims import insert_claims
from tests.support.stored_preselections import AT, KEYS, Stored, decision, new_plates

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MILLISECOND = timedelta(milliseconds=1)


async def count(database: Database, table: Table) -> int:
    row = await database.row(select(func.count()).select_from(table))
    assert row is not None
    return int(row[0])


async def remove(database: Database, kind: str, at: datetime) -> int:
    return (await ExpiredRows(database).remove(at))[kind]


async def test_an_ended_claim_is_removed_an_hour_later_and_a_live_one_stays(own_database: Database) -> None:
    ends = dict(zip(new_plates(4), (AT - DAY, AT, AT + HOUR, FOREVER), strict=True))
    await insert_claims(own_database, "offered", ends, changed_at=AT - DAY)
    assert await remove(own_database, "claims", AT) == 1
    assert await remove(own_database, "claims", AT + HOUR - MILLISECOND) == 0
    assert await remove(own_database, "claims", AT + HOUR) == 1
    assert await count(own_database, claim) == 2


async def test_a_claim_that_a_decision_is_changing_now_is_left_for_the_next_time(own_database: Database) -> None:
    stored, [plate] = await Stored.create(own_database), new_plates()
    me = await stored.insert()
    await stored.decisions.commit(decision(me, hold=[Claim(plate, "offered", AT - DAY + HOUR)], at=AT - DAY))
    async with own_database.transaction() as busy:
        await busy.execute(select(claim).where(claim.c.plate == plate).with_for_update())
        assert await asyncio.wait_for(remove(own_database, "claims", AT), 20) == 0
    assert await remove(own_database, "claims", AT) == 1


async def test_offers_of_many_acts_are_removed_and_a_held_one_is_found_again(own_database: Database) -> None:
    plates = new_plates(40)
    # An act an hour: more than a part of the work looks at.
    for hours, plate in enumerate(plates):
        until = AT + DAY if hours == 1 else AT - DAY
        await insert_claims(own_database, "candidate", {plate: until}, changed_at=AT - (50 - hours) * HOUR)
    assert await remove(own_database, "claims", AT) == 39
    assert await remove(own_database, "claims", AT) == 0
    assert await remove(own_database, "claims", AT + DAY + HOUR) == 1
    # One of a later act: the mark has gone on.
    await insert_claims(own_database, "offered", {plates[0]: AT}, changed_at=AT)
    assert await remove(own_database, "claims", AT + DAY + HOUR) == 1


async def test_a_candidate_that_was_given_up_is_removed(own_database: Database) -> None:
    stored, [plate] = await Stored.create(own_database), new_plates()
    me = await stored.insert()
    await stored.decisions.commit(decision(me, hold=[Claim(plate, "candidate", AT + HOUR)], at=AT))
    given_up = decision(me, expected_revision=2, release=[plate], at=AT + MILLISECOND)
    await stored.decisions.commit(given_up)
    assert await remove(own_database, "claims", AT + HOUR) == 0
    assert await remove(own_database, "claims", AT + HOUR + 2 * MILLISECOND) == 1


async def test_answers_stay_for_their_day(own_database: Database) -> None:
    answers, key = Idempotency(own_database, KEYS), RequestKey(b"caller", "/path", uuid4())
    await answers.begin(key, at=AT, body_digest=b"", operation_id=uuid4(), lease=timedelta(seconds=20))
    await answers.answer(key, 200, {}, "{}")
    assert await remove(own_database, "answers", AT + DAY) == 0
    assert await remove(own_database, "answers", AT + DAY + 2 * HOUR) == 1
    assert await count(own_database, idempotency) == 0


async def test_codes_and_failed_checks_stay_as_long_as_a_limit_counts_them(own_database: Database) -> None:
    owner = CodeOwner("confirm_information", uuid4().bytes)
    new = NewCode(uuid4(), owner, uuid4().bytes, b"hash", AT)
    await Codes(own_database).issue(new, Policy())
    await FailedChecks(own_database).begin(uuid4(), b"applicant", at=AT, since=AT, limit=5)
    for kind, table in (("codes", code), ("failed_checks", failed_check)):
        assert await remove(own_database, kind, AT + DAY) == 0
        assert await count(own_database, table) == 1
    later = await ExpiredRows(own_database).remove(AT + 2 * DAY + HOUR)
    assert (later["codes"], later["failed_checks"]) == (1, 1)


async def test_a_code_that_is_still_good_stays_however_old(own_database: Database) -> None:
    new = NewCode(uuid4(), CodeOwner("confirm_information", uuid4().bytes), uuid4().bytes, b"hash", AT)
    await Codes(own_database).issue(new, Policy().with_overrides({"code_ttl": "P7D"}))
    assert await remove(own_database, "codes", AT + 6 * DAY) == 0


async def test_submissions_that_never_began_are_removed_and_begun_ones_stay(own_database: Database) -> None:
    stored = await Stored.create(own_database)
    await stored.insert_submission(at=AT)
    await stored.insert(at=AT)
    assert await remove(own_database, "submissions", AT + DAY) == 0
    assert await remove(own_database, "submissions", AT + 3 * DAY) == 1
    assert await count(own_database, preselection) == 1


async def test_decisions_stay_as_long_as_temporal_keeps_their_history(own_database: Database) -> None:
    stored = await Stored.create(own_database)
    me = await stored.insert()
    await stored.decisions.commit(decision(me, at=AT))
    assert await remove(own_database, "decisions", AT + 29 * DAY) == 0
    assert await remove(own_database, "decisions", AT + 31 * DAY) == 2
    assert await count(own_database, decision_table) == 0


async def test_old_messages_of_the_local_phone_are_removed(own_database: Database) -> None:
    message = {
        "id": uuid4(),
        "idempotency_key": "key",
        "phone_hash": b"phone",
        "phone": KEYS.vault.encrypt(sms_outbox.c.phone, "13800138000"),
        "purpose": "reserved",
        "text": KEYS.vault.encrypt(sms_outbox.c.text, "text"),
        "sent_at": AT,
    }
    async with own_database.transaction() as connection:
        await connection.execute(insert(sms_outbox).values(message))
    assert await remove(own_database, "messages", AT + 29 * DAY) == 0
    assert await remove(own_database, "messages", AT + 31 * DAY) == 1


async def test_more_rows_than_go_in_one_statement_are_all_removed(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.retention.expired_rows._AT_ONCE", 3)
    await insert_claims(own_database, "cooling", dict.fromkeys(new_plates(10), AT), changed_at=AT)
    assert await remove(own_database, "claims", AT + DAY) == 10


@pytest.mark.slow
async def test_a_kind_that_can_not_be_removed_now_does_not_keep_the_others(own_database: Database) -> None:
    stored = await Stored.create(own_database)
    await stored.insert_submission(at=AT)
    await insert_claims(own_database, "offered", dict.fromkeys(new_plates(2), AT), changed_at=AT)
    async with own_database.transaction(timeout_s=60) as busy:
        await busy.execute(text("LOCK TABLE claim IN SHARE MODE"))
        with pytest.raises(DependencyBusy):
            await ExpiredRows(own_database).remove(AT + 3 * DAY)
        assert await count(own_database, preselection) == 0
    assert await remove(own_database, "claims", AT + 3 * DAY) == 2
