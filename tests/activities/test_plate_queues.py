import asyncio

import pytest

from activities.plate_queues import PlateQueues
from storage.failures import ClaimLost

PLATE, OTHER = "粤B12345", "粤B54321"


class Rivals:
    """Those who are after plates; `asked` are those who went on to the database, in their order."""

    def __init__(self) -> None:
        self.turns = PlateQueues()
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()

    async def reserve(self, name: str, plate: str = PLATE, failure: Exception | None = None) -> bool:
        async with self.turns.wait_turn(plate) as may_be_free:
            if may_be_free:
                self.asked.append(name)
                await self.may_answer.wait()
                if failure:
                    raise failure
            return may_be_free

    async def outcomes(self, *attempts: asyncio.Task[bool]) -> list[object]:
        """What became of attempts that have all come to the database or their queue."""
        await asyncio.sleep(0)
        self.may_answer.set()
        return [
            type(outcome) if isinstance(outcome, Exception) else outcome
            for outcome in await asyncio.gather(*attempts, return_exceptions=True)
        ]


@pytest.fixture
def rivals() -> Rivals:
    return Rivals()


async def test_whoever_waits_while_somebody_is_given_the_plate_does_not_ask_for_it(rivals: Rivals) -> None:
    attempts = [asyncio.create_task(rivals.reserve(name)) for name in ("first", "second", "third")]
    assert await rivals.outcomes(*attempts) == [True, False, False]
    assert rivals.asked == ["first"]


async def test_whoever_waits_behind_a_loser_does_not_ask_either(rivals: Rivals) -> None:
    first = asyncio.create_task(rivals.reserve("first", failure=ClaimLost([PLATE])))
    second = asyncio.create_task(rivals.reserve("second"))
    assert await rivals.outcomes(first, second) == [ClaimLost, False]


async def test_a_failure_that_says_nothing_about_the_plate_lets_the_next_one_ask(rivals: Rivals) -> None:
    first = asyncio.create_task(rivals.reserve("first", failure=RuntimeError()))
    second = asyncio.create_task(rivals.reserve("second"))
    assert await rivals.outcomes(first, second) == [RuntimeError, True]


async def test_an_attempt_that_is_given_up_leaves_the_queue_to_the_others(rivals: Rivals) -> None:
    first = asyncio.create_task(rivals.reserve("first"))
    second = asyncio.create_task(rivals.reserve("second"))
    await asyncio.sleep(0)
    first.cancel()
    rivals.may_answer.set()
    assert await second
    assert rivals.asked == ["first", "second"]


async def test_plates_do_not_wait_for_each_other(rivals: Rivals) -> None:
    attempts = [asyncio.create_task(rivals.reserve(plate, plate)) for plate in (PLATE, OTHER)]
    assert await rivals.outcomes(*attempts) == [True, True]


async def test_whoever_comes_later_asks_again_and_no_queue_is_left(rivals: Rivals) -> None:
    rivals.may_answer.set()
    assert await rivals.reserve("first")
    assert not rivals.turns._queues
    assert await rivals.reserve("later")
