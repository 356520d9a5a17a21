"""A wrong code costs one attempt per request, however often the request is repeated; a right one costs none."""

import asyncio
from uuid import uuid4

import pytest

from domain.errors import CodeAttemptsExceeded, CodeIncorrect
from tests.storage.sms.code_user import RIGHT, WRONG, CodeUser


async def test_a_request_that_is_tried_again_costs_one_attempt_and_gets_the_same_response(person: CodeUser) -> None:
    await person.ask()
    first, others = uuid4(), [uuid4() for _ in range(4)]
    attempts_left = []
    for request_id in (first, *others, first, *reversed(others), first):
        with pytest.raises(CodeIncorrect) as incorrect:
            await person.type_in(WRONG, request_id=request_id)
        attempts_left.append(incorrect.value.attempts_left)
    assert attempts_left == [4, 3, 2, 1, 0, 4, 0, 1, 2, 3, 4]
    with pytest.raises(CodeAttemptsExceeded):
        await person.type_in(WRONG)


async def test_one_request_at_once_from_everywhere_costs_one_attempt(person: CodeUser) -> None:
    await person.ask()
    request_id = uuid4()
    outcomes = await asyncio.gather(
        *(person.type_in(WRONG, request_id=request_id) for _ in range(10)), return_exceptions=True
    )
    assert [outcome.attempts_left for outcome in outcomes if isinstance(outcome, CodeIncorrect)] == [4] * 10


async def test_other_digits_are_another_try_whatever_request_they_come_by(person: CodeUser) -> None:
    await person.ask()
    request_id = uuid4()
    for number in range(5):
        with pytest.raises(CodeIncorrect):
            await person.type_in(f"99999{number}", request_id=request_id)
    for digits in (RIGHT, "777777"):
        with pytest.raises(CodeAttemptsExceeded):
            await person.type_in(digits, request_id=request_id)


async def test_a_right_code_costs_no_attempt(person: CodeUser) -> None:
    await person.ask()
    for _ in range(10):
        await person.type_in(RIGHT)
    with pytest.raises(CodeIncorrect) as incorrect:
        await person.type_in(WRONG)
    assert incorrect.value.attempts_left == 4
