"""One run of maintenance with every step, over 100 prefixes with 10,000 claims each."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Any

import psycopg
from sqlalchemy import make_url
from temporalio.testing import ActivityEnvironment

from bench.figures import Figure, Seconds, Target
from bench.sizes import Sizes
from bench.stack import LONG_AGO, Stack
from domain.plates import LETTERS, PATTERNS, POOL_SIZE, PROVINCES, serial_at
from domain.segments import Segment
from process.clock import system_clock
from storage.audit.trail import Act
from storage.offices.offices import Office, Offices
from storage.pool.keyboard import KeyboardSnapshots
from storage.pool.keys import index_keys
from storage.pool.segments import SegmentRepository
from storage.postgres.database import Database
from storage.postgres.migrate import migrate
from storage.postgres.tables import FOREVER
from storage.redis.client import make_redis
from storage.repositories import Repositories
from worker.container import WorkerContainer
from workflows.maintenance.types import ComparedIndexes, RemovedRows, StepInput

MOST = 60.0
MOST_PREFIXES = 100
CLAIMS_EACH = 10_000
KINDS = (("issued", 12), ("reserved", 2), ("cooling", 1), ("offered", 3), ("candidate", 2))
"""The kinds of a prefix's claims, and how many of twenty have each; claims of the last two kinds are over."""

AUDITED = 10_000
DAMAGED = 2
DATABASE = "upkeep"
A_SECOND_REDIS = "db=1"

CREATE = f"CREATE DATABASE {DATABASE}".encode()
DROP = f"DROP DATABASE {DATABASE} WITH (FORCE)".encode()
ANALYSE = b"VACUUM ANALYZE"
CLAIM = b"""
    WITH acted AS (
        INSERT INTO audit (at, actor_kind, action, plates, facts) VALUES (%(at)s, 'applicant', 'draw', %(plates)s, '{}')
    )
    INSERT INTO claim (plate, kind, until, changed_at)
    SELECT plate, kind, until, %(at)s
    FROM unnest(%(plates)s::text[], %(kinds)s::text[], %(untils)s::timestamptz[]) AS entry (plate, kind, until)
"""
AUDIT = b"""
    INSERT INTO audit (at, actor_kind, action, plates, facts)
    SELECT %(at)s, 'applicant', 'draw', ARRAY['\xe7\xb2\xa4B12345'], '{"draws_remaining": 4}'
    FROM generate_series(1, %(many)s)
"""


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """Use a separate database and Redis, so that these prefixes do not affect other rows."""
    count = max(DAMAGED, min(MOST_PREFIXES, sizes.claims // CLAIMS_EACH))
    prefixes = ["".join(pair) for pair in islice(product(PROVINCES, LETTERS), count)]
    claims = sizes.claims // count
    async with country(stack, prefixes, claims) as container:
        seconds, compared, removed = await run(container, system_clock())
    assert (len(compared.repaired), removed.claims) == (DAMAGED, count * ended_count(claims))
    detail = ", ".join(f"{name} {spent:.2f} s" for name, spent in seconds.items())
    what = f"one run of maintenance, {count} prefixes with {claims:,} claims each"
    return [Figure(what, [sum(seconds.values())], Target("at most", MOST), detail, " s", digits=1)]


async def run(container: WorkerContainer, at: datetime) -> tuple[dict[str, Seconds], ComparedIndexes, RemovedRows]:
    """Every step once, as in a run in which all are due."""
    steps = {each.__name__: each for each in container.activities()}
    seconds: dict[str, Seconds] = {}

    async def time_step(name: str) -> object:
        began = time.perf_counter()
        outcome = await ActivityEnvironment().run(steps[name], StepInput(at))
        seconds[name] = time.perf_counter() - began
        return outcome

    await time_step("seal_audit")
    await time_step("refresh_keyboards")
    compared = await time_step("compare_indexes")
    removed = await time_step("remove_expired")
    await time_step("purge_people")
    await time_step("count_open_texts")
    await time_step("check_calendar")
    assert isinstance(compared, ComparedIndexes)
    assert isinstance(removed, RemovedRows)
    return seconds, compared, removed


@asynccontextmanager
async def country(stack: Stack, prefixes: list[str], claims: int) -> AsyncIterator[WorkerContainer]:
    """Offices, claims, an audit, outdated keyboards in use, and indexes, two of them damaged."""
    at, owned = system_clock(), in_database(stack.owner_url)
    await as_owner(stack.owner_url, CREATE, {})
    await asyncio.to_thread(migrate, owned)
    database = Database(in_database(stack.settings.database_url), pool_size=20)
    redis = make_redis(stack.settings.redis_url.replace("db=0", A_SECOND_REDIS))
    container = replace(stack.container, repositories=Repositories.build(database, redis, stack.repositories.keys))
    try:
        await open_offices(database, prefixes, at)
        for prefix in prefixes:
            await as_owner(owned, CLAIM, rows(prefix, claims, at))
        await as_owner(owned, AUDIT, {"at": at, "many": AUDITED})
        await as_owner(owned, ANALYSE, {})
        await container.repositories.pool_reconciler.reconcile(at)
        keyboards = KeyboardSnapshots(database, redis)
        for prefix in prefixes:
            await keyboards.get(prefix, at - timedelta(minutes=10), timedelta(minutes=1))
        for prefix in prefixes[:DAMAGED]:
            await redis.setbit(index_keys(prefix)[0], POOL_SIZE - 1, 0)
        yield container
    finally:
        await redis.flushdb()
        await redis.aclose()
        await database.close()
        await as_owner(stack.owner_url, DROP, {})


async def open_offices(database: Database, prefixes: list[str], at: datetime) -> None:
    """An office for each prefix, with all ten patterns released long ago."""
    repository, released = SegmentRepository(database), at - LONG_AGO
    for prefix in prefixes:
        await Offices(database).save(Office(prefix, f"{prefix}车管所", "人民路1号", "省", (prefix,)))
        for pattern in PATTERNS:
            template = pattern.replace("D", "!").replace("L", "@")
            await repository.release(Segment(prefix, template, (), released, released), Act(at, "system"))


def rows(prefix: str, claims: int, at: datetime) -> dict[str, Any]:
    """Claims spread evenly over the prefix's numbers, with alternating kinds."""
    turn = [kind for kind, share in KINDS for _ in range(share)]
    kinds = [turn[place % len(turn)] for place in range(claims)]
    ends = {"issued": FOREVER, "reserved": at + LONG_AGO, "cooling": at + LONG_AGO}
    return {
        "at": at - LONG_AGO,
        "plates": [prefix + serial_at(place * (POOL_SIZE // claims)) for place in range(claims)],
        "kinds": kinds,
        "untils": [ends.get(kind, at - timedelta(days=1)) for kind in kinds],
    }


def ended_count(claims: int) -> int:
    """How many of a prefix's claims are over."""
    at = system_clock()
    return sum(until < at for until in rows(PROVINCES[0], claims, at)["untils"])


async def as_owner(address: str, statement: bytes, values: dict[str, Any]) -> None:
    async with await psycopg.AsyncConnection.connect(address.replace("+psycopg", "", 1), autocommit=True) as connection:
        await connection.execute(statement, values)


def in_database(address: str, database: str = DATABASE) -> str:
    return make_url(address).set(database=database).render_as_string(hide_password=False)
