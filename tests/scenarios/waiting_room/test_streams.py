"""An opening with real event streams over REST. `XUANHAO_TEST_STREAMS=1000` with `-s` measures a larger one."""

import asyncio
import os
from datetime import timedelta
from statistics import quantiles

import psutil
import pytest

from domain.instants import format_instant
from process.clock import system_clock
from tests.scenarios.waiting_room.watchers import Watcher, overtaken, watch_all
from tests.support.country import Country
from tests.support.tokens import token_of

pytestmark = pytest.mark.slow

MANY = int(os.environ.get("XUANHAO_TEST_STREAMS", "60"))
FILLING = timedelta(seconds=4 + MANY / 20)
"""All have joined before the opening, on a slow machine too."""

HOUR = timedelta(hours=1)


async def test_nobody_is_overtaken_at_an_opening_that_many_streams_follow(country: Country, address: str) -> None:
    office, opens_at, memory = await country.own_office(), system_clock() + FILLING, psutil.Process().memory_info().rss
    hours = {"opens_at": format_instant(opens_at), "closes_at": format_instant(opens_at + HOUR), "reason": "新号段投放"}
    (await country.caller("operator").post(f"/operations/offices/{office.code}/queue", hours)).ok()
    watchers = [Watcher(token_of(country.claims("applicant"))) for _ in range(MANY)]
    loop = asyncio.get_running_loop()
    opening = loop.time() + (opens_at - system_clock()).total_seconds()
    watching = asyncio.create_task(watch_all(watchers, address, office.code))
    await asyncio.sleep((opens_at - system_clock()).total_seconds())
    memory = psutil.Process().memory_info().rss - memory
    came_early = sum(bool(watcher.shown) for watcher in watchers)
    await watching
    assert came_early == MANY
    assert sorted(watcher.place for watcher in watchers) == list(range(1, MANY + 1))
    for watcher in watchers:
        assert {place for _, place, _ in watcher.shown} <= {None, watcher.place}
    assert list(overtaken(watchers)) == []
    # Places are random: who came first is not the first.
    assert [watcher.place for watcher in watchers] != list(range(1, MANY + 1))
    turns = sorted(watcher.turn - opening for watcher in watchers)
    length, events = turns[-1], sum(len(watcher.shown) for watcher in watchers)
    sent = sum(watcher.size for watcher in watchers) / length
    print(  # noqa: T201 -- figures for docs/waiting-room.md
        f"{MANY} streams: median turn {quantiles(turns, n=2)[0]:.1f} s, last {length:.1f} s, "
        f"{events / MANY:.1f} events a person, {sent:,.0f} bytes a second, "
        f"{memory / MANY / 1024:.0f} KiB of memory a stream, both ends"
    )


def test_whoever_waits_while_a_later_place_has_its_turn_is_overtaken() -> None:
    first, second = Watcher("", [(0.0, None, False), (1.0, 1, False), (9.0, 1, True)]), Watcher("", [(3.0, 2, True)])
    assert list(overtaken([first, second])) == []
    first.shown.insert(2, (5.0, 1, False))
    assert list(overtaken([first, second])) == [(1, 2)]
