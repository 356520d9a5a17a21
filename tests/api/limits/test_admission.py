"""The queue of calls: bounded work, fair turns, and refusals at once where waiting can't help."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from api.limits.admission import FairQueue, SharedLimits
from api.limits.retries import ask_again
from domain.errors import Busy
from process.clock import system_clock
from tests.support.waiting import eventually

TIMEOUT = 0.2
LONG = 60.0
CROWDED_S, CALLS_PER_SECOND = 2.0, 2_000
"""Ten times what four places serve with calls of 20 ms."""


class Crowd:
    """Calls that hold their places until each is ended, in the order in which they got them."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.begun: list[str] = []
        self._ends: list[asyncio.Event] = []
        self._calls: list[asyncio.Task[None]] = []

    async def send(self, account: str, is_gone: Callable[[], Awaitable[bool]] | None = None) -> asyncio.Task[None]:
        call = asyncio.create_task(self._call(account, is_gone))
        self._calls.append(call)
        await asyncio.sleep(0)
        return call

    async def end_one(self) -> None:
        self._ends.pop(0).set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def end(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _call(self, account: str, is_gone: Callable[[], Awaitable[bool]] | None) -> None:
        async with self.queue.place(account, system_clock(), is_gone):
            ends = asyncio.Event()
            self.begun.append(account)
            self._ends.append(ends)
            await ends.wait()


@asynccontextmanager
async def crowd(
    *, at_once: int, each: int, longest: float = LONG, shared_limits: SharedLimits | None = None
) -> AsyncIterator[Crowd]:
    made = Crowd(FairQueue(at_once=at_once, each=each, timeout=longest, shared_limits=shared_limits))
    try:
        yield made
    finally:
        await made.end()
        # Whatever happened: no place and no account is left behind.
        assert (made.queue.running, made.queue.waiting) == (0, 0)
        assert not made.queue._running
        assert not made.queue._waiting


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


async def test_where_many_accounts_send_too_much_each_is_refused_at_once() -> None:
    accounts = [f"account {number}" for number in range(4)]
    async with crowd(at_once=1, each=1) as calls:
        # As slow as that, a place serves 14 calls within the timeout: more than three fifths of them are waiting here.
        calls.queue._seconds = LONG / 15
        await calls.send("first")
        waiting = [await calls.send(account) for account in accounts * 2]
        for account in accounts:
            assert calls.queue.would_refuse(account)
            with pytest.raises(Busy):
                await (await calls.send(account))
        assert not any(call.done() for call in waiting)


async def test_calls_that_arrive_together_count_for_each_other_before_they_wait() -> None:
    async with crowd(at_once=1, each=1) as calls:
        # As slow as that, a place serves two calls within the timeout.
        calls.queue._seconds = LONG / 3
        await calls.send("first")
        for account in ("one", "two"):
            assert not calls.queue.would_refuse(account)
            calls.queue.expect(account)
        assert calls.queue.would_refuse("three")
        await asyncio.sleep(0)
        # They have not come: a check before the queue refused them.
        assert not calls.queue.would_refuse("three")


async def test_a_call_counts_once_when_it_has_come() -> None:
    async with crowd(at_once=2, each=1) as calls:
        # As slow as that, two places serve two calls within the timeout.
        calls.queue._seconds = LONG / 2
        for account in ("one", "two"):
            calls.queue.expect(account)
            calls._calls.append(asyncio.create_task(calls._call(account, None)))
        await asyncio.sleep(0)
        assert calls.begun == ["one", "two"]
        for account in ("three", "four"):
            assert not calls.queue.would_refuse(account)
            await calls.send(account)
        assert calls.queue.would_refuse("five")


async def test_calls_that_arrive_together_take_no_place_twice() -> None:
    async with crowd(at_once=2, each=1) as calls:
        # As slow as that, nothing may wait.
        calls.queue._seconds = LONG
        for account in ("one", "two"):
            assert not calls.queue.would_refuse(account)
            calls.queue.expect(account)
        assert calls.queue.would_refuse("three")


async def test_who_sends_many_calls_at_once_displaces_nobody_who_sends_one() -> None:
    async with crowd(at_once=1, each=1) as calls:
        # As slow as that, a place serves four calls within the timeout.
        calls.queue._seconds = LONG / 5
        await calls.send("first")
        for _ in range(20):
            calls.queue.expect("greedy")
        assert not calls.queue.would_refuse("one")


async def test_only_the_first_call_of_an_account_may_take_all_the_room() -> None:
    async with crowd(at_once=1, each=8) as calls:
        # As slow as that, a place serves ten calls within the timeout.
        calls.queue._seconds = LONG / 11
        await calls.send("first")
        for account in ("one", "two", "three") * 2:
            await calls.send(account)
        # Six of ten wait: a third call would be more than all others have, a second one has room up to eight.
        assert calls.queue.would_refuse("one")
        await calls.send("four")
        assert not calls.queue.would_refuse("four")
        await calls.send("four")
        await calls.send("five")
        assert calls.queue.would_refuse("five")
        assert not calls.queue.would_refuse("six")


@pytest.mark.parametrize("accounts", [6, 20], ids=["who pause between their calls", "who fill all places"])
async def test_of_a_crowd_few_calls_are_refused_after_they_have_waited(accounts: int) -> None:
    """To refuse one that has waited costs as much as a small call; each that was served had one such, and more."""
    queue = FairQueue(at_once=4, each=2, timeout=0.6, shared_limits=SharedLimits(each=1, pause=2.0))
    ended: Counter[str] = Counter()

    async def call(account: str) -> None:
        try:
            async with queue.place(account, system_clock()):
                await asyncio.sleep(0.02)
            ended["served"] += 1
        except Busy:
            ended["late"] += 1

    loop, sent = asyncio.get_running_loop(), 0
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        while (elapsed := loop.time() - began) < CROWDED_S:
            for number in range(sent, sent := int(CALLS_PER_SECOND * elapsed)):
                account = f"account {number % accounts}"
                if queue.would_refuse(account):
                    ended["at once"] += 1
                else:
                    queue.expect(account)
                    group.create_task(call(account))
            await asyncio.sleep(0.002)
    assert ended["late"] < ended["served"] / 2 < ended["at once"], ended


async def test_what_would_be_refused_is_refused_and_nothing_else() -> None:
    chance = random.Random(1)
    refused: Counter[bool] = Counter()
    for _ in range(200):
        async with crowd(at_once=2, each=chance.choice((1, 2))) as calls:
            calls.queue._seconds = LONG / chance.choice((1.4, 2, 3, 6))
            for _ in range(chance.randrange(12)):
                await calls.send(chance.choice("abc"))
            account = chance.choice("abcd")
            is_expected = calls.queue.would_refuse(account)
            call = await calls.send(account)
            await asyncio.sleep(0)
            assert call.done() == is_expected
            refused[is_expected] += 1
    assert min(refused[True], refused[False]) > 20


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
