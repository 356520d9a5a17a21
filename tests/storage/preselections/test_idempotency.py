"""The same request with the same key acts once (api.md, Conventions)."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from storage.postgres.database import Database
from storage.preselections.idempotency import Answered, Begun, Fresh, Idempotency, InFlight, OtherBody, RequestKey
from storage.preselections.tables import idempotency
from tests.support.stored_preselections import AT, KEYS

LEASE = timedelta(seconds=20)
BODY, OTHER = b"digest of the body", b"digest of another body"


class KeyedCaller:
    def __init__(self, database: Database) -> None:
        self.idempotency = Idempotency(database, KEYS)
        self.request = RequestKey(uuid4().bytes, "/api/v1/preselections", uuid4())

    async def begin(self, at: datetime = AT, body: bytes = BODY, request: RequestKey | None = None) -> Begun:
        return await self.idempotency.begin(
            request or self.request, body_digest=body, operation_id=uuid4(), at=at, lease=LEASE
        )

    async def take(self, at: datetime = AT) -> Fresh:
        begun = await self.begin(at)
        assert isinstance(begun, Fresh)
        return begun


@pytest.fixture
def caller(database: Database) -> KeyedCaller:
    return KeyedCaller(database)


async def test_a_repeat_gets_the_first_answer(caller: KeyedCaller) -> None:
    await caller.take()
    await caller.idempotency.answer(caller.request, 201, {"Location": "/x"}, '{"plate": "粤BA1234"}')
    assert await caller.begin(AT + timedelta(hours=23)) == Answered(201, {"Location": "/x"}, '{"plate": "粤BA1234"}')


async def test_the_first_answer_stays(caller: KeyedCaller) -> None:
    await caller.take()
    await caller.idempotency.answer(caller.request, 200, {}, "first")
    await caller.idempotency.answer(caller.request, 409, {}, "second")
    assert await caller.begin() == Answered(200, {}, "first")


async def test_a_parallel_repeat_finds_the_first_in_flight(caller: KeyedCaller) -> None:
    await caller.take()
    assert await caller.begin() == InFlight()


async def test_of_30_at_once_one_acts(caller: KeyedCaller) -> None:
    begun = await asyncio.gather(*(caller.begin() for _ in range(30)))
    assert Counter(type(one).__name__ for one in begun) == {"Fresh": 1, "InFlight": 29}


async def test_another_body_under_the_same_key_is_refused_whether_answered_or_not(caller: KeyedCaller) -> None:
    await caller.take()
    assert await caller.begin(body=OTHER) == OtherBody()
    assert await caller.begin(AT + LEASE, body=OTHER) == OtherBody()
    await caller.idempotency.answer(caller.request, 200, {}, "answer")
    assert await caller.begin(body=OTHER) == OtherBody()


async def test_a_key_belongs_to_caller_and_path(caller: KeyedCaller) -> None:
    first = await caller.take()
    for other in (
        replace(caller.request, caller_hash=uuid4().bytes),
        replace(caller.request, path="/api/v1/entries"),
        replace(caller.request, key=uuid4()),
    ):
        begun = await caller.begin(body=OTHER, request=other)
        assert isinstance(begun, Fresh)
        assert begun.operation_id != first.operation_id


async def test_a_lease_that_ran_out_is_taken_over_as_the_same_operation_by_one(caller: KeyedCaller) -> None:
    first = await caller.take()
    assert await caller.begin(AT + LEASE - timedelta(milliseconds=1)) == InFlight()
    begun = await asyncio.gather(*(caller.begin(AT + LEASE) for _ in range(10)))
    assert [one for one in begun if one != InFlight()] == [replace(first, is_repeat=True)]


async def test_an_abandoned_request_is_decided_again_as_the_same_operation(caller: KeyedCaller) -> None:
    first = await caller.take()
    await caller.idempotency.abandon(caller.request, AT)
    assert await caller.begin() == replace(first, is_repeat=True)


async def test_a_forgotten_request_is_a_new_one(caller: KeyedCaller) -> None:
    first = await caller.take()
    await caller.idempotency.forget(caller.request)
    begun = await caller.begin(body=OTHER)
    assert isinstance(begun, Fresh)
    assert begun.operation_id != first.operation_id
    assert not begun.is_repeat


async def test_forgetting_an_answered_request_changes_nothing(caller: KeyedCaller) -> None:
    await caller.take()
    await caller.idempotency.answer(caller.request, 200, {}, "answer")
    await caller.idempotency.forget(caller.request)
    assert await caller.begin() == Answered(200, {}, "answer")


async def test_abandoning_an_answered_request_changes_nothing(caller: KeyedCaller) -> None:
    await caller.take()
    await caller.idempotency.answer(caller.request, 200, {}, "answer")
    await caller.idempotency.abandon(caller.request, AT)
    assert await caller.begin() == Answered(200, {}, "answer")


async def test_after_a_day_the_key_is_as_good_as_new(caller: KeyedCaller) -> None:
    first = await caller.take()
    await caller.idempotency.answer(caller.request, 200, {}, "answer")
    begun = await caller.begin(AT + timedelta(hours=24), body=OTHER)
    assert isinstance(begun, Fresh)
    assert begun.operation_id != first.operation_id
    assert await caller.begin(AT + timedelta(hours=24), body=OTHER) == InFlight()


async def test_an_answer_that_is_kept_briefly_ends_soon(caller: KeyedCaller) -> None:
    first, end = await caller.take(), AT + timedelta(minutes=5)
    await caller.idempotency.answer(caller.request, 409, {}, "refusal", kept_until=end)
    assert await caller.begin(end - timedelta(milliseconds=1)) == Answered(409, {}, "refusal")
    begun = await caller.begin(end, body=OTHER)
    assert isinstance(begun, Fresh)
    assert begun.operation_id != first.operation_id


async def test_answers_are_sealed(caller: KeyedCaller, database: Database) -> None:
    await caller.take()
    await caller.idempotency.answer(caller.request, 200, {}, "张三 13800138000")
    [row] = await database.rows(select(idempotency.c.answer).where(idempotency.c.key == caller.request.key))
    assert b"13800138000" not in row[0]
