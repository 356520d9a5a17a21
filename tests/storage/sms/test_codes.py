"""Codes (R-10, R-16): six digits as a keyed hash, few attempts, few messages."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.durations import parse_duration
from domain.errors import CodeAttemptsExceeded, CodeExpired, CodeIncorrect, CodeNotSent
from storage.failures import CodeGone
from storage.postgres.database import Database
from storage.postgres.tables import code
from tests.storage.sms.code_user import POLICY, RIGHT, WRONG, CodeUser
from tests.support.stored_preselections import AT, Stored, decision

MILLISECOND = timedelta(milliseconds=1)


async def test_the_right_code_is_right_as_often_as_it_is_typed_until_it_expires(person: CodeUser) -> None:
    code_id = await person.ask()
    ends = AT + timedelta(minutes=5)
    assert [await person.type_in(RIGHT, at) for at in (AT, AT, ends - MILLISECOND)] == [code_id] * 3
    with pytest.raises(CodeExpired):
        await person.type_in(RIGHT, ends)


async def test_issuing_returns_when_the_next_may_be_sent_and_when_it_expires(person: CodeUser) -> None:
    issued = await person.codes.issue(person.new(AT), POLICY)
    assert (issued.resend_at, issued.expires_at) == (AT + timedelta(seconds=60), AT + timedelta(minutes=5))


async def test_a_code_that_can_still_be_typed_is_known_to_be_on_its_way(person: CodeUser) -> None:
    owner, ends = person.new(AT).owner, AT + timedelta(minutes=5)
    assert await person.codes.live_until(owner, AT) is None
    await person.ask()
    assert await person.codes.live_until(owner, AT) == ends
    assert await person.codes.live_until(owner, ends) is None


async def test_each_wrong_code_costs_an_attempt_and_after_the_last_the_right_one_is_refused_too(
    person: CodeUser,
) -> None:
    await person.ask()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeIncorrect) as incorrect:
            await person.type_in(WRONG)
        assert incorrect.value.attempts_left == left
    for digits in (WRONG, RIGHT):
        with pytest.raises(CodeAttemptsExceeded):
            await person.type_in(digits)


async def test_20_wrong_tries_at_once_cost_exactly_the_five_attempts(person: CodeUser) -> None:
    await person.ask()
    outcomes = await asyncio.gather(*(person.type_in(WRONG) for _ in range(20)), return_exceptions=True)
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"CodeIncorrect": 5, "CodeAttemptsExceeded": 15}
    left = sorted(outcome.attempts_left for outcome in outcomes if isinstance(outcome, CodeIncorrect))
    assert left == [0, 1, 2, 3, 4]


async def test_a_new_code_replaces_the_old_one_and_resets_the_attempts(person: CodeUser) -> None:
    await person.ask()
    for _ in range(5):
        with pytest.raises(CodeIncorrect):
            await person.type_in(WRONG)
    later = AT + timedelta(minutes=1)
    newer = replace(person.new(later), code_hash=person.hash("999999"))
    await person.codes.issue(newer, POLICY)
    await person.codes.mark_sent(newer.id, later)
    with pytest.raises(CodeIncorrect) as incorrect:
        await person.type_in(RIGHT, later)
    assert incorrect.value.attempts_left == 4
    assert await person.type_in("999999", later) == newer.id


async def test_a_code_that_was_never_sent_is_no_code(person: CodeUser) -> None:
    with pytest.raises(CodeNotSent):
        await person.type_in(RIGHT)
    await person.codes.issue(person.new(AT), POLICY)
    with pytest.raises(CodeNotSent):
        await person.type_in(RIGHT)


async def test_the_old_code_stays_right_when_the_new_one_could_not_be_sent(person: CodeUser) -> None:
    first = await person.ask()
    later = AT + timedelta(minutes=1)
    failed = person.new(later)
    await person.codes.issue(failed, POLICY)
    await person.codes.mark_failed(failed.id, later)
    assert await person.type_in(RIGHT, later) == first


async def test_the_same_code_issued_again_has_the_digits_of_the_second_time(person: CodeUser) -> None:
    new = person.new(AT)
    assert not (await person.codes.issue(new, POLICY)).is_repeat
    await person.codes.mark_sent(new.id, AT)
    again = replace(new, code_hash=person.hash("777777"))
    assert (await person.codes.issue(again, POLICY)).is_repeat
    await person.codes.mark_sent(again.id, AT)
    assert await person.type_in("777777") == new.id
    with pytest.raises(CodeIncorrect):
        await person.type_in(RIGHT)


async def test_the_same_code_issued_again_has_a_countdown_and_attempts_of_its_own(person: CodeUser) -> None:
    new, later = person.new(AT), AT + timedelta(minutes=4)
    await person.codes.issue(new, POLICY)
    await person.codes.mark_failed(new.id, AT)
    again = await person.codes.issue(replace(new, at=later), POLICY)
    await person.codes.mark_sent(new.id, later)
    assert await person.type_in(RIGHT, again.expires_at - MILLISECOND) == new.id
    assert await person.is_refused_until(later + timedelta(seconds=59)) == again.resend_at
    with pytest.raises(CodeExpired):
        await person.type_in(RIGHT, again.expires_at)


async def test_a_code_is_good_for_one_person_purpose_and_preselection_only(database: Database) -> None:
    me = CodeUser(database, preselection_id=uuid4())
    await me.ask()
    stranger, another_vehicle = CodeUser(database, preselection_id=me.preselection_id), CodeUser(database)
    another_vehicle.subject_hash = me.subject_hash
    for other in (stranger, another_vehicle):
        with pytest.raises(CodeNotSent):
            await other.type_in(RIGHT)
    with pytest.raises(CodeNotSent):
        await me.type_in(RIGHT, purpose="confirm_information")
    await me.type_in(RIGHT)


async def test_the_digits_of_another_preselection_do_not_fit_even_when_they_are_the_same(database: Database) -> None:
    one, other = CodeUser(database, preselection_id=uuid4()), CodeUser(database, preselection_id=uuid4())
    other.subject_hash = one.subject_hash
    assert one.hash(RIGHT) != other.hash(RIGHT)
    await one.ask()
    with pytest.raises(CodeIncorrect):
        await one.codes.verify(one.owner(), other.hash(RIGHT), at=AT, attempts=5, request_id=uuid4())


async def test_a_decision_uses_the_code_up_with_everything_else_or_not_at_all(stored_rows: Stored) -> None:
    me, person = await stored_rows.insert(), CodeUser(stored_rows.database)
    code_id = await person.ask()
    await stored_rows.decisions.commit(decision(me, use_code=code_id))
    with pytest.raises(CodeGone):
        await stored_rows.decisions.commit(decision(me, expected_revision=2, use_code=code_id))
    assert (await stored_rows.row(me)).revision == 2
    with pytest.raises(CodeNotSent):
        await person.type_in(RIGHT)


async def test_the_next_code_of_a_purpose_waits_for_the_resend_interval_and_other_purposes_do_not(
    person: CodeUser,
) -> None:
    await person.ask(AT)
    free_again = AT + timedelta(seconds=60)
    assert await person.is_refused_until(free_again - MILLISECOND) == free_again
    await person.ask(AT, "confirm_information")
    await person.ask(free_again)


async def test_the_limit_per_hour_counts_all_purposes_of_a_phone(person: CodeUser) -> None:
    for minute in range(5):
        await person.ask(AT + timedelta(minutes=minute), ("confirm_identity", "confirm_information")[minute % 2])
    free_again = AT + timedelta(hours=1)
    for purpose in ("confirm_identity", "confirm_information"):
        assert await person.is_refused_until(free_again - MILLISECOND, purpose) == free_again
    await person.ask(free_again)


async def test_the_limit_per_day_counts_all_codes_of_a_phone(person: CodeUser) -> None:
    for hour in range(10):
        await person.ask(AT + timedelta(hours=hour), while_holding=hour > 4)
    free_again = AT + timedelta(days=1)
    assert await person.is_refused_until(AT + timedelta(hours=12)) == free_again
    assert await person.is_refused_until(AT + timedelta(hours=12), while_holding=True) == free_again
    await person.ask(free_again)


async def test_a_refused_request_gets_the_instant_at_which_every_limit_lets_it_through(person: CodeUser) -> None:
    for minute in range(5):
        await person.ask(AT + timedelta(minutes=12 * minute))
    last = AT + timedelta(minutes=48)
    assert await person.is_refused_until(last + timedelta(seconds=30)) == AT + timedelta(hours=1)


async def test_identity_codes_sent_while_something_is_held_stand_outside_the_limit_per_hour(person: CodeUser) -> None:
    for minute in range(4):
        await person.ask(AT + timedelta(minutes=minute), while_holding=True)
    first_ordinary = AT + timedelta(minutes=4)
    for minute in range(5):
        await person.ask(first_ordinary + timedelta(minutes=minute))
    assert await person.is_refused_until(AT + timedelta(minutes=10)) == first_ordinary + timedelta(hours=1)
    await person.ask(AT + timedelta(minutes=10), while_holding=True)


async def test_codes_that_could_not_be_sent_count_towards_no_limit(person: CodeUser) -> None:
    for _ in range(20):
        failed = person.new(AT)
        await person.codes.issue(failed, POLICY)
        await person.codes.mark_failed(failed.id, AT)
    await person.ask(AT)
    # The one that was sent counts.
    assert await person.is_refused_until(AT) == AT + timedelta(seconds=60)


async def test_a_code_whose_sender_died_stops_counting_after_a_while(person: CodeUser) -> None:
    await person.codes.issue(person.new(AT), POLICY)
    assert await person.is_refused_until(AT + timedelta(seconds=14)) == AT + timedelta(seconds=60)
    await person.ask(AT + timedelta(seconds=15))


async def test_of_ten_requests_of_one_phone_at_once_one_gets_a_code(person: CodeUser) -> None:
    outcomes = await asyncio.gather(
        *(person.codes.issue(person.new(AT), POLICY) for _ in range(10)), return_exceptions=True
    )
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"IssuedCode": 1, "RateLimited": 9}


async def test_two_codes_marked_sent_at_once_leave_one_live(database: Database) -> None:
    person = CodeUser(database)
    first, second = person.new(AT), person.new(AT + timedelta(minutes=1))
    for new in (first, second):
        await person.codes.issue(new, replace(POLICY, code_resend=parse_duration("PT1S")))
    await asyncio.gather(*(person.codes.mark_sent(new.id, AT) for new in (first, second)))
    columns = code.c
    live = select(columns.id).where(columns.subject_hash == person.subject_hash, columns.replaced_at.is_(None))
    assert len(await database.rows(live)) == 1
