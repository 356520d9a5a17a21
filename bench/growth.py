"""How the cost of an act and of a whole journey grows with waiting vehicles and old rows.

Of each act: buffers that PostgreSQL touches, calls of Redis, and processor time of PostgreSQL. The time that an act
takes depends on what else the machine does. Each side has its own database. Its waiting vehicles are rows with claims,
made by statements: journeys for them would take an hour. They have no workflows.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import psycopg
from temporalio.testing import ActivityEnvironment

from api.http.operation_ids import time_ordered_id
from bench import growth_journeys
from bench.applicants import selections
from bench.figures import Figure, Pair, Seconds, Target, cost
from bench.growth_rows import ARCHIVE, add_acts, add_preselections, add_waiting, prepare, settle
from bench.maintenance import as_owner, in_database
from bench.processor_time import seconds_by_process
from bench.sizes import Sizes
from bench.stack import PREFIXES, Stack, open_office
from process.clock import system_clock
from storage.pool.keyboard import KeyboardSnapshots
from storage.postgres.database import Database
from storage.postgres.migrate import migrate
from storage.preselections.reservations import Reservations
from storage.redis.client import make_redis
from storage.repositories import Repositories
from workflows.maintenance.types import StepInput
from workflows.messages import Draw

MOST = 1.1
FEW = 1_000
"""A page of the desk is full with these."""
A_LITTLE = 1e-6
"""A microsecond: an act that PostgreSQL has no part in."""
SNAPSHOT = timedelta(hours=1)
EMPTY, FULL = "growth_empty", "growth_full"
STEPS = (
    "remove_expired", "purge_people", "count_open_texts", "seal_audit", "check_calendar", "publish_days",
    "count_figures",
)  # fmt: skip
REDIS = {EMPTY: "db=2", FULL: "db=3"}
"""The index belongs to one database, so each side has its own number of Redis."""

TOUCHED = b"SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = %(name)s"

Act = Callable[[Stack, int], Awaitable[None]]


class Total(NamedTuple):
    """Of several acts; the processor time is that of PostgreSQL without connecting."""

    buffers: int
    redis_calls: int
    processor: Seconds


@dataclass(frozen=True)
class Cost:
    """Of one act."""

    buffers: float
    redis_calls: float
    processor: Seconds


@dataclass(frozen=True)
class Side:
    """A database with this many waiting vehicles and old rows."""

    stack: Stack
    name: str

    async def cost(self, act: Act, many: int) -> Cost:
        """What `many` further calls add, so that connections and first plans cancel out."""
        # The first connections to a database load its catalogue.
        await self._total(act, many)
        few, more = await self._total(act, many), await self._total(act, 2 * many)
        # The fewer calls may have met acts that waited to be sealed; nothing costs less than nothing.
        return Cost(
            max(0, more.buffers - few.buffers) / many,
            max(0, more.redis_calls - few.redis_calls) / many,
            (few.processor + more.processor) / (3 * many),
        )

    async def _total(self, act: Act, many: int) -> Total:
        touched, calls = await self._counters()
        async with _connected(self.stack, self.name) as stack:
            # The first call of a connection makes its plans.
            await act(stack, 1)
            began = seconds_by_process({})["postgres"]
            await act(stack, many)
            spent = seconds_by_process({})["postgres"] - began
        ended = await self._counters()
        return Total(ended[0] - touched, ended[1] - calls, spent)

    async def _counters(self) -> tuple[int, int]:
        """Backends report what they touched before they end, and they end after their connections."""
        address = self.stack.owner_url.replace("+psycopg", "", 1)
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            busy = b"SELECT count(*) FROM pg_stat_activity WHERE datname = %(name)s"
            while (await (await connection.execute(busy, {"name": self.name})).fetchall())[0][0]:  # noqa: ASYNC110 -- other processes end.
                await asyncio.sleep(0.05)
            [[touched]] = await (await connection.execute(TOUCHED, {"name": self.name})).fetchall()
        calls = await self.stack.repositories.redis.info("commandstats")
        return touched, sum(each["calls"] for each in calls.values())


async def draw(stack: Stack, many: int) -> None:
    [activity] = (each for each in stack.container.activities() if each.__name__ == "draw")
    for given in await selections(stack, many, "draw"):
        # As the API does.
        await activity(given, Draw(prefix=PREFIXES[0], request_id=str(time_ordered_id(system_clock()))))


async def reach_selection(stack: Stack, many: int) -> None:
    """A new preselection with its first decision, which a draw here includes."""
    await selections(stack, many, "draw")


async def use_keyboard(stack: Stack, many: int) -> None:
    keyboards = KeyboardSnapshots(stack.repositories.database, stack.repositories.redis)
    for _ in range(many):
        await keyboards.get(PREFIXES[0], system_clock(), SNAPSHOT)


async def list_desk(stack: Stack, many: int) -> None:
    desk = Reservations(stack.repositories.database, stack.repositories.keys)
    for _ in range(many):
        await desk.of_office(ARCHIVE.code)


def maintain(step: str) -> Act:
    async def act(stack: Stack, many: int) -> None:
        [activity] = (each for each in stack.container.activities() if each.__name__ == step)
        for _ in range(many):
            await ActivityEnvironment().run(activity, StepInput(system_clock()))

    return act


ACTS: dict[str, Act] = {
    "creation and first decision": reach_selection,
    "creation, first decision and a draw": draw,
    "a keyboard call": use_keyboard,
    "the desk's list": list_desk,
    **{f"maintenance: {step}": maintain(step) for step in STEPS},
}


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    return [*await of_acts(stack, sizes), *await growth_journeys.measure(stack, sizes)]


async def of_acts(stack: Stack, sizes: Sizes) -> list[Figure]:
    figures = []
    async with _side(stack, EMPTY, 0, FEW) as empty:
        await _audit(empty, 0, FEW)
        for waiting, rows, audits in sizes.growth:
            async with _side(stack, FULL, waiting, rows) as full:
                for before, audited in pairwise((0, *audits)):
                    await _audit(full, before, audited)
                    size = f"{waiting:,} waiting, {rows:,} ended, {audited:,} audited"
                    for what, act in ACTS.items():
                        figures += await _compare(what, act, (full, empty), sizes, size)
                        sys.stderr.write(f"{' | '.join(figures[-2].cells())}\n{' | '.join(figures[-1].cells())}\n")
    return figures


async def _audit(side: Side, before: int, audited: int) -> None:
    owned = in_database(side.stack.owner_url, side.name)
    await add_acts(owned, before, audited)
    await settle(owned)


async def _compare(what: str, act: Act, sides: tuple[Side, Side], sizes: Sizes, size: str) -> list[Figure]:
    pairs = [[await side.cost(act, sizes.draws) for side in sides] for _ in range(sizes.pairs)]
    ours, bare = pairs[-1]
    calls = f"{ours.redis_calls:.1f} against {bare.redis_calls:.1f} calls of Redis"
    detail = f"{ours.buffers:.1f} against {bare.buffers:.1f} buffers, {calls}"
    buffers = [(full.buffers + 1) / (empty.buffers + 1) for full, empty in pairs]
    of_what = f"{what}, {size}, against none waiting and {FEW:,} of each"
    times = [Pair(full.processor + A_LITTLE, empty.processor + A_LITTLE) for full, empty in pairs]
    return [
        Figure(f"buffers of {of_what}", buffers, Target("at most", MOST), detail),
        cost(f"processor time of PostgreSQL for {of_what}", times, MOST),
    ]


@asynccontextmanager
async def _side(stack: Stack, name: str, waiting: int, rows: int) -> AsyncIterator[Side]:
    owned = in_database(stack.owner_url, name)
    await as_owner(stack.owner_url, f"CREATE DATABASE {name}".encode(), {})
    try:
        await asyncio.to_thread(migrate, owned)
        async with _connected(stack, name) as side:
            await open_office(side.repositories)
            await prepare(side.repositories)
        await add_preselections(stack, owned, 0, rows)
        await add_waiting(stack, owned, 0, waiting)
        yield Side(stack, name)
    finally:
        async with _connected(stack, name) as side:
            await side.repositories.redis.flushdb()
        await as_owner(stack.owner_url, f"DROP DATABASE {name} WITH (FORCE)".encode(), {})


@asynccontextmanager
async def _connected(stack: Stack, name: str) -> AsyncIterator[Stack]:
    """The stack with its own connections to this database."""
    database = Database(in_database(stack.settings.database_url, name), pool_size=2)
    redis = make_redis(stack.settings.redis_url.replace("db=0", REDIS[name]))
    container = replace(stack.container, repositories=Repositories.build(database, redis, stack.repositories.keys))
    try:
        yield replace(stack, container=container)
    finally:
        await redis.aclose()
        await database.close()
