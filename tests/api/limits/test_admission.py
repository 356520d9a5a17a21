"""The queue of calls: bounded work, fair turns, and refusals at once where waiting can't help."""

import asyncio

import pytest

from api.limits.admission import SharedLimits
from api.limits.retries import ask_again
from domain.errors import Busy
from process.clock import system_clock
from tests.support.held_calls import LONG, Crowd, crowd
from tests.support.waiting import eventually

TIMEOUT = 0.2


async def test_whoever_sends_most_waits_for_those_who_send_little() -> None:
    async with crowd(at_once=1, each=1) as calls:
        for account in ["greedy"] * 5 + ["one", "two"]:
            await calls.send(account)
        for _ in range(6):
            await calls.end_one()
        assert calls.begun == ["greedy", "greedy", "one", "two", "greedy", "greedy", "greedy"]


async def test_an_account_alone_does_not_take_all_places() -> None:
    async with crowd(at_once=3, each=2) as calls:
        for account in ["greedy"] * 4 + ["other"]:
            await calls.send(account)
        assert calls.begun == ["greedy", "greedy", "other"]
        assert calls.queue.waiting == 2


async def test_what_can_t_be_served_in_time_is_refused_at_once() -> None:
    async with crowd(at_once=1, each=1) as calls:
        # As slow as that, a place serves two calls within the timeout.
        calls.queue._seconds = LONG / 3
        await calls.send("first")
        waiting = [await calls.send(account) for account in ("one", "two")]
        with pytest.raises(Busy) as refused:
            await (await calls.send("three"))
        assert 0 < (refused.value.retry_at - system_clock()).total_seconds() <= 3
        assert not any(call.done() for call in waiting)


async def test_the_longest_queue_pays_and_learns_it_no_sooner_than_by_waiting() -> None:
    async with crowd(at_once=1, each=1, longest=4 * TIMEOUT) as calls:
        calls.queue._seconds = 4 * TIMEOUT / 3
        _, *waiting = [await calls.send("greedy") for _ in range(3)]
        beyond = await calls.send("greedy")
        await calls.send("other")
        # Two of four wait on: one of the greedy account's, and that of the other.
        assert (calls.queue.waiting, list(calls.queue._waiting)) == (2, ["greedy", "other"])
        assert not beyond.done()
        assert not waiting[1].done()
        began = asyncio.get_running_loop().time()
        with pytest.raises(Busy):
            await beyond
        # A refusal at once would let one account be refused thousands of times in a second.
        assert asyncio.get_running_loop().time() - began > TIMEOUT


async def test_an_account_with_many_calls_pauses_while_another_makes_calls_too() -> None:
    async with crowd(at_once=4, each=2, shared_limits=SharedLimits(each=1, pause=1000.0)) as calls:
        for _ in range(3):
            await calls.send("greedy")
        # Alone, it has all that it may have.
        assert calls.begun == ["greedy"] * 2
        await calls.send("other")
        await calls.end_one()
        await calls.end_one()
        # Both of its places are free, and it pauses; the other account does not.
        assert (calls.queue.running, calls.queue.waiting) == (1, 1)
        await calls.end_one()
        await calls.send("other")
        assert calls.begun == ["greedy", "greedy", "other", "other"]
        await eventually(lambda: _has_begun(calls, ["greedy", "greedy", "other", "other", "greedy"]), within=5)


async def test_a_call_that_has_waited_too_long_is_refused() -> None:
    async with crowd(at_once=1, each=1, longest=TIMEOUT) as calls:
        await calls.send("one")
        late = await calls.send("two")
        with pytest.raises(Busy):
            await late
        await calls.end_one()
        await calls.send("two")
        assert calls.begun == ["one", "two"]


async def test_work_that_nobody_waits_for_any_more_is_not_begun() -> None:
    async def gone() -> bool:
        return True

    async with crowd(at_once=1, each=1) as calls:
        await calls.send("one")
        abandoned, last = await calls.send("two", gone), await calls.send("three")
        await calls.end_one()
        with pytest.raises(Busy):
            await abandoned
        await eventually(lambda: _has_begun(calls, ["one", "three"]), within=5)
        assert not last.done()


@pytest.mark.parametrize("ends_first", [False, True], ids=["while it waits", "as it gets its place"])
async def test_a_cancelled_call_loses_no_place(ends_first: bool) -> None:  # noqa: FBT001 -- a case, not a switch
    async with crowd(at_once=1, each=1) as calls:
        await calls.send("one")
        cancelled = await calls.send("two")
        if ends_first:
            calls._ends.pop(0).set()
            await asyncio.sleep(0)
        cancelled.cancel()
        if not ends_first:
            await calls.end_one()
        await calls.send("three")
        await eventually(lambda: _has_begun(calls, ["one", "three"]), within=5)


async def test_a_crowd_does_not_come_back_at_the_same_instant() -> None:
    now = system_clock()
    assert len({ask_again(now) for _ in range(100)}) > 50


async def _has_begun(calls: Crowd, expected: list[str]) -> bool:
    return calls.begun == expected
