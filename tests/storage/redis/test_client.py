import asyncio

import pytest
from redis.asyncio import Redis

from domain.dependencies import DependencyUnavailable
from embedded.valkey import Valkey
from storage.redis.client import make_redis, script, translate_redis_errors
from storage.redis.health import ping

COUNTS_AS_DOWN = 3.0


@pytest.mark.slow
async def test_a_frozen_redis_counts_as_down_in_time_and_answers_right_afterwards(valkey: Valkey) -> None:
    async with make_redis(valkey.url()) as redis:
        await redis.set("kept", "before")
        valkey.freeze()
        try:
            begun = asyncio.get_running_loop().time()
            with pytest.raises(DependencyUnavailable, match="redis"):
                await ping(redis)
            assert asyncio.get_running_loop().time() - begun < COUNTS_AS_DOWN
            with pytest.raises(DependencyUnavailable), translate_redis_errors():
                await redis.set("late", "written in the end")
        finally:
            valkey.thaw()
        # The response to an abandoned call is never used for the next one.
        assert await asyncio.gather(*(redis.get("kept") for _ in range(20))) == [b"before"] * 20


async def test_a_restarted_redis_costs_no_caller_an_error(valkey: Valkey) -> None:
    async with make_redis(valkey.url()) as redis:
        await asyncio.gather(*(ping(redis) for _ in range(5)))
        await valkey.stop()
        with pytest.raises(DependencyUnavailable, match="redis"):
            await ping(redis)
        await valkey.start()
        await valkey.wait_until_ready()
        await asyncio.gather(*(ping(redis) for _ in range(10)))


async def test_a_call_is_never_repeated_behind_its_authors_back(redis_url: str) -> None:
    async with make_redis(redis_url) as redis:
        assert isinstance(redis, Redis)
        retry = redis.get_retry()
        assert retry
        assert retry.get_retries() == 0


async def test_a_script_of_several_files_runs_as_one(redis_url: str) -> None:
    async with make_redis(redis_url) as redis:
        count = script(redis, "pool", "common", "tree", "count")
        assert "local function freshen" in count.text
        assert "copy_without_four" in count.text
