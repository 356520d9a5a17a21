"""How an act's cost grows with waiting vehicles and old rows: buffers that PostgreSQL touches, and calls of Redis.

They are counted, because times depend on what else the machine does. Each side has its own database. Its waiting
vehicles are rows with claims, made by statements: journeys for them would take an hour. They have no workflows.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import psycopg
from temporalio.testing import ActivityEnvironment

from bench.applicants import selections
from bench.desk import FILL, fill_values
from bench.figures import Figure, Target
from bench.maintenance import as_owner, in_database
from bench.sizes import Sizes
from bench.stack import PREFIXES, Stack, open_office
from process.clock import system_clock
from storage.offices.offices import Office, Offices
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
ARCHIVE = Office("desk", "测试车管所", "人民路1号", "西藏", ("藏Z",))
"""The office of the old rows and of the waiting vehicles; `FILL` names it."""
SNAPSHOT = timedelta(hours=1)
EMPTY, FULL = "growth_empty", "growth_full"
STEPS = (
    "remove_expired", "purge_people", "count_open_texts", "seal_audit", "check_calendar", "publish_days",
    "count_figures",
)  # fmt: skip
MONTHS = 13
REDIS = {EMPTY: "db=2", FULL: "db=3"}
"""The index belongs to one database, so each side has its own number of Redis."""

WAITING = b"""
    INSERT INTO preselection (
        id, created_at, changed_at, office_code, stage, revision, state, policy, notice_version, notice_agreed_at,
        owner_hash, party_hash, vehicle_hash, transfer_hash, seller_hash, seller_name_masked, party_kind, party_name,
        party_id, phone, vin, certificate_number
    )
    SELECT gen_random_uuid(), %(at)s, %(at)s, %(office)s, 'plate_selection', 4, %(state)s, %(policy)s, '1', %(at)s,
        hash, hash, hash, hash, hash, '\xe6\x9d\x8e*', 'person',
        %(name)s, %(id_number)s, %(phone)s, %(vin)s, %(certificate_number)s
    FROM (SELECT sha256(int8send(-n)) AS hash FROM generate_series(1, %(many)s) AS n) AS numbered
"""
OFFERED = b"""
    INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
    SELECT '\xe8\x97\x8f' || chr((65 + n / 100000)::int) || lpad((n %% 100000)::text, 5, '0'), 'offered', id,
        %(at)s::timestamptz + interval '1 day', %(at)s
    FROM (
        SELECT id, row_number() OVER () - 1 AS n FROM preselection, generate_series(1, 10)
        WHERE stage = 'plate_selection'
    ) AS numbered
"""
# Ten acts of each, thirty days apart.
OLD_AUDIT = b"""
    INSERT INTO audit (at, actor_kind, action, preselection_id, plates, facts)
    SELECT created_at - month * interval '30 days', 'applicant', 'draw', id, ARRAY[plate], '{"draws_remaining": 4}'
    FROM generate_series(1, 12) AS month, preselection
    WHERE plate IS NOT NULL OFFSET %(from)s LIMIT %(many)s
"""
# Numbers that the acts draw are not among them: their index was built before.
ISSUED = b"""
    INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
    SELECT plate, 'issued', id, '9999-12-31 00:00:00+00', created_at FROM preselection
    WHERE stage = 'registered' AND substr(plate, 1, 2) <> ALL(%(drawn)s) ON CONFLICT DO NOTHING
"""
# One transaction wrote them, and a seal that it has alone would take longer than maintenance waits.
SEALED = b"""
    INSERT INTO audit_seal (number, sealed_at, from_xact, to_xact, count, previous, digest)
    SELECT coalesce(max(number), 0) + 1, %(at)s, 0,
        audit_xact_base() + pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        0, '', '' FROM audit_seal
"""
# Old rows are written as if no month had been closed yet.
REOPEN = b"""
    DO $$ BEGIN
        DROP TRIGGER IF EXISTS late ON audit;
        UPDATE audit_month.head SET open_since = '1000-01-01 00:00:00+00';
    END $$
"""
CLOSE = b"SELECT close_audit_months(%(at)s::timestamptz - interval '3 days')"
COUNTED = b"INSERT INTO figure_mark (id, counted_until) VALUES (1, %(at)s)"
# Vacuuming would be counted with the acts.
SETTLE = b"""
    DO $$ DECLARE each regclass; BEGIN
        FOR each IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %%s SET (autovacuum_enabled = false)', each);
        END LOOP;
    END $$
"""
ANALYSE = b"VACUUM ANALYZE"
TOUCHED = b"SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = %(name)s"

Act = Callable[[Stack, int], Awaitable[None]]


@dataclass(frozen=True)
class Cost:
    """Of one act."""

    buffers: float
    redis_calls: float


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
        return Cost(max(0, more[0] - few[0]) / many, max(0, more[1] - few[1]) / many)

    async def audit(self, before: int, many: int) -> None:
        """Add acts until there are so many."""
        owned = in_database(self.stack.owner_url, self.name)
        await as_owner(owned, REOPEN, {})
        await as_owner(owned, OLD_AUDIT, {"from": before, "many": many - before})
        await as_owner(owned, CLOSE, {"at": system_clock()})
        await as_owner(owned, SEALED, {"at": system_clock()})
        for statement in (SETTLE, ANALYSE):
            await as_owner(owned, statement, {})

    async def _total(self, act: Act, many: int) -> tuple[int, int]:
        began = await self._counters()
        async with _connected(self.stack, self.name) as stack:
            await act(stack, many)
        ended = await self._counters()
        return ended[0] - began[0], ended[1] - began[1]

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
        await activity(given, Draw(prefix=PREFIXES[0], request_id=str(uuid4())))


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
    figures = []
    async with _side(stack, EMPTY, 0, FEW) as empty:
        await empty.audit(0, FEW)
        for waiting, rows, audits in sizes.growth:
            async with _side(stack, FULL, waiting, rows) as full:
                for before, audited in pairwise((0, *audits)):
                    await full.audit(before, audited)
                    size = f"{waiting:,} waiting, {rows:,} ended, {audited:,} audited"
                    for what, act in ACTS.items():
                        figures.append(await _compare(what, act, (full, empty), sizes, size))
                        sys.stderr.write(f"{' | '.join(figures[-1].cells())}\n")
    return figures


async def _compare(what: str, act: Act, sides: tuple[Side, Side], sizes: Sizes, size: str) -> Figure:
    pairs = [[await side.cost(act, sizes.draws) for side in sides] for _ in range(sizes.pairs)]
    ours, bare = pairs[-1]
    calls = f"{ours.redis_calls:.1f} against {bare.redis_calls:.1f} calls of Redis"
    detail = f"{ours.buffers:.1f} against {bare.buffers:.1f} buffers, {calls}"
    ratios = [(full.buffers + 1) / (empty.buffers + 1) for full, empty in pairs]
    return Figure(
        f"buffers of {what}, {size}, against none waiting and {FEW:,} of each", ratios, Target("at most", MOST), detail
    )


@asynccontextmanager
async def _side(stack: Stack, name: str, waiting: int, rows: int) -> AsyncIterator[Side]:
    owned = in_database(stack.owner_url, name)
    await as_owner(stack.owner_url, f"CREATE DATABASE {name}".encode(), {})
    try:
        await asyncio.to_thread(migrate, owned)
        async with _connected(stack, name) as side:
            await open_office(side.repositories)
            await Offices(side.repositories.database).save(ARCHIVE)
            await side.repositories.audit_months.move()
            for months in range(-MONTHS, 1):
                await side.repositories.audit_months.make(system_clock() + months * timedelta(days=30))
        values = fill_values(stack, 0)
        await as_owner(owned, FILL, {**values, "many": rows})
        await as_owner(owned, ISSUED, {"drawn": list(PREFIXES)})
        await as_owner(owned, WAITING, {**values, "many": waiting})
        await as_owner(owned, OFFERED, {"at": system_clock()})
        await as_owner(owned, COUNTED, {"at": system_clock()})
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
