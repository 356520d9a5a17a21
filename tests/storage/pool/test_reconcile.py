import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from domain.segments import positions_in
from storage.failures import IndexLost
from storage.pool.keys import key, lock_key
from storage.pool.rebuild import KEPT_INSTANTS
from storage.pool.reconcile import NO_DRIFT, Drift
from storage.pool.snapshot import PoolRecords, PoolSnapshot
from tests.support.pool import AT, LATER, B, Pool, coming_expiries, free_in, plates_at, segment

MILLISECOND = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
HUNDRED = segment("AB1!!")
PLATES = plates_at(positions_in(HUNDRED.numbers()))


async def test_a_lost_index_is_built_from_segments_and_claims(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("AB1!!", "***4*", "****4"))
    await pool.add_claims([f"{B}AB100", f"{B}AB101"])
    await pool.add_claims([f"{B}AB102"], "offered", LATER)
    await pool.add_claims([f"{B}AB103"], "cooling", AT)
    assert await pool.reconciler.reconcile(AT) == [B]
    expected = {plate for plate in PLATES if "4" not in plate} - {f"{B}AB10{last}" for last in "012"}
    assert await free_in(redis) == expected
    assert await pool.index.count(B, at=LATER) == len(expected) + 1


async def test_a_sound_index_is_left_alone(pool: Pool) -> None:
    await pool.add_prefix(B, HUNDRED)
    await pool.reconciler.reconcile(AT)
    assert await pool.reconciler.reconcile(AT + timedelta(days=300)) == []


@pytest.mark.parametrize(
    "how",
    [
        *("flushed", "version lost", "free lost", "moments lost", "openings lost", "log_state lost"),
        *("another run", "segment released"),
    ],
)
async def test_whatever_makes_an_index_unusable_is_mended_by_the_next_round(pool: Pool, redis: Redis, how: str) -> None:
    await pool.add_prefix(B, HUNDRED, segment("!!!!A", released_at=AT + HOUR))
    await pool.add_prefix("粤C", segment("!!!!!", name="粤C"))
    await pool.reconciler.reconcile(AT)
    match how:
        case "flushed":
            await redis.flushall()
        case "version lost" | "free lost" | "moments lost" | "openings lost" | "log_state lost":
            await redis.delete(key(B, how.removesuffix(" lost")))
        case "another run":
            await redis.hset(key(B, "version"), "run", "of another server")
        case "segment released":
            await pool.add_segments(segment("A!!!!"))
    mended = await pool.reconciler.reconcile(AT)
    assert mended == ([B, "粤C"] if how == "flushed" else [B])
    assert await pool.index.count(B, at=AT) == 100 + 10_000 * (how == "segment released")


async def test_an_index_whose_coming_openings_were_evicted_is_lost_at_once(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, HUNDRED, segment("!!!!A", released_at=AT + HOUR))
    await pool.reconciler.reconcile(AT)
    assert await pool.index.count(B, at=AT) == 100
    await redis.delete(key(B, "openings"))
    for at in (AT, AT + HOUR):
        with pytest.raises(IndexLost):
            await pool.index.draw(B, 1, at=at, until=at + HOUR)


async def test_two_keepers_at_once_build_an_index_once(pool: Pool) -> None:
    await pool.add_prefix(B, HUNDRED)
    built = await asyncio.gather(*(pool.reconciler.reconcile(AT) for _ in range(5)))
    assert sorted(built) == [[], [], [], [], [B]]


async def test_a_release_is_in_the_index_at_once(pool: Pool) -> None:
    await pool.add_prefix(B, HUNDRED)
    await pool.reconciler.reconcile(AT)
    await pool.add_segments(segment("!!!!!"))
    await pool.reconciler.rebuild(B, AT)
    assert await pool.index.count(B, at=AT) == 100_100


async def test_segments_open_at_their_very_instant_without_anybody_doing_anything(pool: Pool, redis: Redis) -> None:
    opens, later = AT + HOUR, AT + 2 * HOUR
    await pool.add_prefix(B, HUNDRED, segment("!!!!A", "4***A", "*9**A", released_at=opens))
    await pool.add_segments(segment("!!!!B", released_at=opens), segment("!!!!C", released_at=later))
    await pool.add_claims([f"{B}0000A"], "withheld")
    await pool.add_claims([f"{B}0001A"], "cooling", opens + HOUR / 2)
    await pool.add_claims([f"{B}0002A"], "cooling", opens - MILLISECOND)
    await pool.reconciler.reconcile(AT)
    assert await pool.index.count(B, at=opens - MILLISECOND) == 100
    opened = 9 * 900 - 2 + 10_000
    assert await pool.index.count(B, at=opens) == 100 + opened
    assert await pool.index.count(B, at=opens + HOUR / 2) == 100 + opened + 1
    assert await pool.index.count(B, at=later) == 100 + opened + 1 + 10_000
    free = await free_in(redis)
    assert not free & {f"{B}0000A", f"{B}4000A", f"{B}0900A"}
    assert free >= {f"{B}0001A", f"{B}0002A", f"{B}3899A", f"{B}4900B", f"{B}4900C"}


async def test_more_openings_than_an_index_loads_make_it_end_before_the_next(pool: Pool) -> None:
    letters = "ABCDEFGHJK"
    segments = [segment(f"!!!!{letter}", released_at=AT + place * HOUR) for place, letter in enumerate(letters)]
    await pool.add_prefix(B, *segments)
    await pool.reconciler.reconcile(AT)
    last = AT + 9 * HOUR
    assert await pool.index.count(B, at=last - MILLISECOND) == 90_000
    with pytest.raises(IndexLost):
        await pool.index.count(B, at=last)
    assert await pool.reconciler.reconcile(last - timedelta(minutes=4)) == [B]
    assert await pool.index.count(B, at=last) == 100_000


async def test_an_index_holds_few_instants_and_ends_before_the_first_that_it_does_not_know(
    pool: Pool, redis: Redis
) -> None:
    await pool.add_prefix(B, segment("!!!!!"))
    plates = plates_at(range(KEPT_INSTANTS + 500))
    ends = [AT + HOUR + place * MILLISECOND for place in range(len(plates))]
    await pool.add_claims_each("reserved", dict(zip(plates, ends, strict=True)))
    await pool.reconciler.reconcile(AT)
    assert await coming_expiries(redis) == KEPT_INSTANTS
    first_unknown = ends[KEPT_INSTANTS]
    assert await pool.index.count(B, at=first_unknown - MILLISECOND) == 100_000 - 500
    with pytest.raises(IndexLost):
        await pool.index.count(B, at=first_unknown)
    assert await pool.reconciler.reconcile(first_unknown) == [B]
    assert await pool.index.count(B, at=ends[-1]) == 100_000


async def test_instants_that_became_too_many_are_trimmed_but_never_the_near_ones(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, segment("!!!!!"))
    await pool.reconciler.reconcile(AT)
    near, far = plates_at(range(1000)), plates_at(range(1000, 3000))
    await pool.index.settle(at=AT, held=dict.fromkeys(near, LATER))
    await pool.index.settle(at=AT, held={plate: AT + HOUR + place * MILLISECOND for place, plate in enumerate(far)})
    await pool.reconciler.reconcile(AT)
    kept = await coming_expiries(redis)
    assert 1000 < kept <= KEPT_INSTANTS
    assert await pool.index.count(B, at=AT + HOUR - MILLISECOND) == 98_000
    with pytest.raises(IndexLost):
        await pool.index.count(B, at=AT + HOUR + (kept - 1000) * MILLISECOND)


async def test_numbers_picked_just_before_are_not_offered_again_by_a_new_index(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, HUNDRED)
    await pool.reconciler.reconcile(AT)
    drawn = await pool.index.draw(B, 10, at=AT, until=LATER)
    await pool.reconciler.rebuild(B, AT)
    assert await free_in(redis) == set(PLATES) - set(drawn)
    assert await pool.index.count(B, at=LATER) == 100


async def test_what_is_decided_while_an_index_is_built_is_in_it(
    pool: Pool, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.add_prefix(B, HUNDRED)
    await pool.add_claims(PLATES[:1], "offered", LATER)
    await pool.reconciler.reconcile(AT)
    records = pool.reconciler._builder._records
    reading = records.snapshot

    async def snapshot_and_then_more(prefix: str, at: datetime, **bounds: Any) -> PoolSnapshot:
        snapshot = await reading(prefix, at, **bounds)
        await pool.index.settle(at=AT, taken=PLATES[1:2], held={PLATES[2]: LATER}, freed={PLATES[0]: LATER})
        # Committed without updating the index, by an interrupted process.
        await pool.add_claims(PLATES[3:4])
        await pool.add_claims(PLATES[4:5], "offered", LATER)
        return snapshot

    monkeypatch.setattr(records, "snapshot", snapshot_and_then_more)
    await redis.delete(key(B, "version"))
    await pool.reconciler.reconcile(AT)
    assert await free_in(redis) == {PLATES[0], *PLATES[5:]}
    assert await pool.index.count(B, at=LATER) == 98


@pytest.mark.parametrize("lost", ["lock", "journal"])
async def test_a_builder_that_lost_its_lock_or_journal_changes_nothing(
    pool: Pool, redis: Redis, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    await pool.add_prefix(B, HUNDRED)
    records = pool.reconciler._builder._records
    reading = records.snapshot

    async def snapshot_and_then_a_loss(prefix: str, at: datetime, **bounds: Any) -> PoolSnapshot:
        snapshot = await reading(prefix, at, **bounds)
        await redis.delete(key(B, lost))
        return snapshot

    monkeypatch.setattr(records, "snapshot", snapshot_and_then_a_loss)
    assert await pool.reconciler.reconcile(AT) == []
    assert not await redis.exists(key(B, "version"), key(B, "free"), key(B, "moments"))
    monkeypatch.setattr(records, "snapshot", reading)
    assert await pool.reconciler.reconcile(AT) == [B]


async def test_a_check_finds_and_mends_stale_bits(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, HUNDRED)
    await pool.reconciler.reconcile(AT)
    assert await pool.reconciler.check(B, AT) == NO_DRIFT
    await pool.index.draw(B, 10, at=AT, until=LATER)
    assert await pool.reconciler.check(B, AT) == NO_DRIFT
    await pool.add_claims(PLATES[:50])
    await pool.index.settle(at=LATER, taken=PLATES[60:])
    assert await pool.reconciler.check(B, LATER) == Drift(too_many=50, too_few=40)
    assert await free_in(redis) == set(PLATES[50:])
    assert await pool.reconciler.check(B, LATER) == NO_DRIFT


async def test_building_leaves_neither_lock_nor_journal_nor_scratch(pool: Pool, redis: Redis) -> None:
    await pool.add_prefix(B, HUNDRED, segment("!!!!!", "4****"))
    await pool.reconciler.reconcile(AT)
    kept = {key(B, name).encode() for name in ("free", "moments", "version", "log", "log_state")}
    assert set(await redis.keys()) == kept
    assert not await redis.exists(lock_key(B))


async def test_a_decision_that_is_made_between_both_readings_is_no_difference(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.add_prefix(B, HUNDRED)
    await pool.reconciler.reconcile(AT)
    read, plates = PoolRecords.snapshot, iter(PLATES)

    async def busy(records: PoolRecords, *given: Any, **options: Any) -> PoolSnapshot:
        """A draw happens between reading the index and reading the database, each time."""
        drawn = next(plates)
        await pool.add_claims([drawn], "offered", LATER)
        await pool.index.settle(at=AT, held={drawn: LATER})
        return await read(records, *given, **options)

    monkeypatch.setattr(PoolRecords, "snapshot", busy)
    assert await pool.reconciler.check(B, AT) == NO_DRIFT
    assert next(plates) == PLATES[2]
