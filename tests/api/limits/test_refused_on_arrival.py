"""What would wait in vain is refused when it arrives: the look ahead, and how often it is right in a crowd."""

import asyncio
import random
from collections import Counter

import pytest

from api.limits.admission import Admission
from domain.errors import Busy
from process.clock import system_clock
from tests.support.held_calls import LONG, crowd
from tests.support.simulated_loop import run_simulated

CROWDED_S, CALLS_PER_SECOND = 6.0, 2_400


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


@pytest.mark.parametrize("accounts, served, late", [(10, 700, 700), (60, 1_700, 100), (200, 1_700, 100)])
def test_of_a_crowd_few_calls_are_refused_after_they_have_waited(accounts: int, served: int, late: int) -> None:
    """To refuse one that has waited costs as much as a small call. Of ten accounts, all pause after each call."""
    outcomes: Counter[str] = Counter()
    run_simulated(_crowd(accounts, outcomes))
    assert outcomes["served"] > served, outcomes
    assert outcomes["late"] < late, outcomes


async def _crowd(accounts: int, outcomes: Counter[str]) -> None:
    """Ten times what a process's places serve with calls of 0.1 s, for six seconds."""
    queue, chance, loop = Admission().writes, random.Random(1), asyncio.get_running_loop()

    async def call(account: str) -> None:
        try:
            async with queue.place(account, system_clock()):
                await asyncio.sleep(0.1 * chance.uniform(0.5, 1.5))
            outcomes["served"] += 1
        except Busy:
            outcomes["late"] += 1

    sent = 0
    async with asyncio.TaskGroup() as group:
        while loop.time() < CROWDED_S:
            for number in range(sent, sent := int(CALLS_PER_SECOND * loop.time())):
                account = f"account {number % accounts}"
                if queue.would_refuse(account):
                    outcomes["on arrival"] += 1
                else:
                    queue.expect(account)
                    group.create_task(call(account))
            await asyncio.sleep(0.002)


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
