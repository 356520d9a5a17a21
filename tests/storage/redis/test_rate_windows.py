import asyncio
from datetime import timedelta

from redis.asyncio import Redis

from storage.redis.rate_windows import RateWindows
from tests.support.pool import AT

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)


async def test_the_next_request_passes_when_the_oldest_leaves_the_window(redis: Redis) -> None:
    windows = RateWindows(redis)
    for place in range(3):
        assert await windows.hit("k", limit=3, window=MINUTE, at=AT + place * SECOND) is None
    retry_at = AT + MINUTE
    assert await windows.hit("k", limit=3, window=MINUTE, at=AT + 3 * SECOND) == retry_at
    assert await windows.hit("k", limit=3, window=MINUTE, at=retry_at - MILLISECOND) == retry_at
    assert await windows.hit("k", limit=3, window=MINUTE, at=retry_at) is None
    assert await windows.hit("k", limit=3, window=MINUTE, at=retry_at) == AT + SECOND + MINUTE


async def test_a_lowered_limit_waits_for_as_many_as_are_too_many(redis: Redis) -> None:
    windows = RateWindows(redis)
    for place in range(5):
        await windows.hit("k", limit=5, window=MINUTE, at=AT + place * SECOND)
    assert await windows.hit("k", limit=2, window=MINUTE, at=AT + 5 * SECOND) == AT + 3 * SECOND + MINUTE


async def test_keys_and_windows_do_not_touch_each_other(redis: Redis) -> None:
    windows = RateWindows(redis)
    assert await windows.hit("a", limit=1, window=MINUTE, at=AT) is None
    assert await windows.hit("b", limit=1, window=MINUTE, at=AT) is None


async def test_parallel_requests_pass_exactly_up_to_the_limit(redis: Redis) -> None:
    windows = RateWindows(redis)
    hits = await asyncio.gather(*(windows.hit("k", limit=17, window=MINUTE, at=AT) for _ in range(60)))
    assert hits.count(None) == 17
    assert set(hits) == {None, AT + MINUTE}


async def test_a_request_with_a_name_is_counted_once_and_can_be_given_back(redis: Redis) -> None:
    windows = RateWindows(redis)
    for name in ("a", "a", "b"):
        assert await windows.hit("k", limit=2, window=MINUTE, at=AT, name=name) is None
    assert await windows.hit("k", limit=2, window=MINUTE, at=AT, name="c") == AT + MINUTE
    assert await windows.hit("k", limit=2, window=MINUTE, at=AT, name="a") is None
    await windows.give_back("k", "a")
    assert await windows.hit("k", limit=2, window=MINUTE, at=AT, name="c") is None


async def test_a_request_that_one_window_refuses_is_counted_in_none(redis: Redis) -> None:
    windows = RateWindows(redis)
    limits = {MINUTE: 2, 60 * MINUTE: 3}
    for place in range(2):
        assert await windows.hit_each("k", limits, at=AT + place * SECOND) is None
    assert await windows.hit_each("k", limits, at=AT + 2 * SECOND) == AT + MINUTE
    assert await windows.hit_each("k", limits, at=AT + MINUTE) is None
    assert await windows.hit_each("k", limits, at=AT + 3 * MINUTE) == AT + 60 * MINUTE
    assert await windows.hit("k", limit=1, window=MINUTE, at=AT + 3 * MINUTE) is None


async def test_a_named_request_is_counted_once_in_each_window(redis: Redis) -> None:
    windows = RateWindows(redis)
    limits = {MINUTE: 1, 60 * MINUTE: 2}
    for at in (AT, AT + SECOND, AT + MINUTE, AT + MINUTE + SECOND):
        assert await windows.hit_each("k", limits, at=at, name="a") is None
    assert await windows.hit_each("k", limits, at=AT + 3 * MINUTE, name="b") is None
    assert await windows.hit_each("k", limits, at=AT + 5 * MINUTE, name="c") == AT + 60 * MINUTE


async def test_a_window_does_not_stay_in_redis_for_ever(redis: Redis) -> None:
    await RateWindows(redis).hit("k", limit=1, window=MINUTE, at=AT)
    (key,) = await redis.keys()
    assert 0 < await redis.pttl(key) <= 120_000
