import asyncio
from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis

from domain.dependencies import DependencyUnavailable
from domain.plates import DIGITS
from domain.segments import positions_in
from storage.pool.keyboard import KeyboardSnapshots, Snapshot
from storage.pool.keys import key
from storage.redis.client import make_redis
from tests.support.pool import AT, LATER, B, Pool, plates_at, segment

MAX_AGE = timedelta(minutes=5)
MILLISECOND = timedelta(milliseconds=1)
PLATES = plates_at(positions_in(segment("AB1!!").numbers()))


async def last_digits(snapshots: KeyboardSnapshots, at: datetime = AT) -> str:
    return "".join((await snapshots.get(B, at, MAX_AGE)).available("AB10"))


async def test_the_keyboard_leads_to_what_is_free_or_merely_offered(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!", "****9"))
    for digit, kind in enumerate(("offered", "candidate", "reserved", "issued", "withheld", "cooling")):
        await pool.add_claims([f"{B}AB10{digit}"], kind, LATER)
    await pool.add_claims([f"{B}AB106"], "cooling", AT)
    snapshots = KeyboardSnapshots(pool.database, redis)
    assert await last_digits(snapshots) == "01678"
    snapshot = await snapshots.get(B, AT, MAX_AGE)
    assert (snapshot.as_of, snapshot.available("")) == (AT, ["A"])
    assert [snapshot.available(typed) for typed in ("AB109", "X", "ab1")] == [[], [], list(DIGITS)]


async def test_numbers_that_can_only_be_drawn_are_not_on_the_keyboard(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!", compose_from=LATER))
    snapshots = KeyboardSnapshots(pool.database, redis)
    assert (await snapshots.get(B, LATER - MILLISECOND, timedelta(0))).available("") == []
    assert (await snapshots.get(B, LATER, timedelta(0))).available("") == ["A"]


async def test_a_snapshot_serves_until_it_is_too_old(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!"))
    snapshots = KeyboardSnapshots(pool.database, redis)
    first = await snapshots.get(B, AT, MAX_AGE)
    await pool.add_claims([f"{B}AB100"])
    assert await snapshots.get(B, AT + MAX_AGE, MAX_AGE) is first
    second = await snapshots.get(B, AT + MAX_AGE + MILLISECOND, MAX_AGE)
    assert second.as_of == AT + MAX_AGE + MILLISECOND
    assert second.available("AB10") == list("123456789")


async def test_one_process_makes_the_snapshot_and_the_others_read_it(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!"))
    processes = [KeyboardSnapshots(pool.database, redis) for _ in range(4)]
    instants = [AT + number * MILLISECOND for number in range(4)]
    got = await asyncio.gather(*(each.get(B, at, MAX_AGE) for each, at in zip(processes, instants, strict=True)))
    assert len({snapshot.as_of for snapshot in got}) == 1
    assert len({snapshot.bitmap for snapshot in got}) == 1
    await pool.add_claims(PLATES)
    latecomer = await KeyboardSnapshots(pool.database, redis).get(B, AT + MAX_AGE, MAX_AGE)
    assert latecomer == got[0]


async def test_a_snapshot_from_a_clock_far_ahead_is_not_used(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!"))
    await KeyboardSnapshots(pool.database, redis).get(B, AT + timedelta(days=3), MAX_AGE)
    assert (await KeyboardSnapshots(pool.database, redis).get(B, AT, MAX_AGE)).as_of == AT


async def test_a_flushed_redis_costs_nothing_but_a_new_snapshot(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!"))
    await KeyboardSnapshots(pool.database, redis).get(B, AT, MAX_AGE)
    await redis.flushall()
    assert (await KeyboardSnapshots(pool.database, redis).get(B, AT, MAX_AGE)).available("") == ["A"]
    assert await redis.exists(key(B, "keyboard"), key(B, "keyboard_as_of")) == 2


async def test_without_redis_there_is_no_keyboard(pool: Pool) -> None:
    await pool.add_prefix(B, segment("AB1!!"))
    async with make_redis("redis://127.0.0.1:1/0") as nowhere:
        with pytest.raises(DependencyUnavailable, match="redis"):
            await KeyboardSnapshots(pool.database, nowhere).get(B, AT, MAX_AGE)


def test_only_answers_that_lead_somewhere_are_kept() -> None:
    snapshot = Snapshot(AT, b"\x80")
    assert [snapshot.available(typed) for typed in ("", "0", "9", "?")] == [["0"], ["0"], [], []]
    assert set(snapshot._answers) == {"", "0"}


async def test_a_snapshot_in_use_is_made_again_before_anybody_waits_for_it(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!"))
    maintenance, asked = KeyboardSnapshots(pool.database, redis), KeyboardSnapshots(pool.database, redis)
    half = MAX_AGE / 2
    assert not await maintenance.refresh(B, AT, older_than=half)
    await asked.get(B, AT, MAX_AGE)
    assert not await maintenance.refresh(B, AT + half - MILLISECOND, older_than=half)
    assert await maintenance.refresh(B, AT + half, older_than=half)
    shared = await KeyboardSnapshots(pool.database, redis).get(B, AT + MAX_AGE, MAX_AGE)
    assert shared.as_of == AT + half


async def test_a_snapshot_that_nobody_asks_for_is_left_to_grow_old(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!"))
    snapshots = KeyboardSnapshots(pool.database, redis)
    await snapshots.get(B, AT, MAX_AGE)
    await redis.delete(key(B, "keyboard_asked"))
    assert not await snapshots.refresh(B, AT + MAX_AGE, older_than=MAX_AGE / 2)
