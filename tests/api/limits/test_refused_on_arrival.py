"""What would wait in vain is refused when it arrives: the look ahead, and how often it is right in a crowd."""

import asyncio
import random
from collections import Counter

import pytest

from api.limits.admission import FairQueue, SharedLimits
from domain.errors import Busy
from process.clock import system_clock
from tests.support.held_calls import LONG, crowd

CROWDED_S, CALLS_PER_SECOND = 2.0, 2_000
"""Ten times what four places serve with calls of 20 ms."""


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
