"""Whatever a Redis refuses, for whatever reason, counts as a Redis that is down, and the log has its reason."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from redis.exceptions import DataError, ResponseError

from domain.dependencies import DependencyUnavailable
from embedded.folders import DataFolder
from storage.pool.index import PoolIndex
from storage.redis.client import RedisClient, make_redis, refusal_code, translate_redis_errors
from storage.redis.health import ping
from storage.redis.lock import RedisLocks
from storage.redis.rate_windows import RateWindows
from tests.support.pool import AT, LATER, B, put_index
from tests.support.redis_refusals import REFUSALS
from tests.support.valkeys import TcpValkey, running_valkey
from tests.support.waiting import eventually

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def server(data_folder: DataFolder, tmp_path: Path) -> AsyncIterator[TcpValkey]:
    async with running_valkey(data_folder, tmp_path) as server:
        yield server


async def lock_once(redis: RedisClient) -> None:
    async with RedisLocks(redis).lock("lock", at_most=MINUTE):
        pass


async def replies_of(redis: RedisClient) -> list[DependencyUnavailable]:
    """What callers get for a write, a lock, a rate window and a draw."""
    calls: list[Awaitable[object]] = [
        ping(redis),
        lock_once(redis),
        RateWindows(redis).hit("limit", limit=5, window=MINUTE, at=AT),
        PoolIndex(redis).draw(B, 10, at=AT, until=LATER),
    ]
    replies = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(reply, DependencyUnavailable) for reply in replies), replies
    return [reply for reply in replies if isinstance(reply, DependencyUnavailable)]


@pytest.mark.parametrize("refuse, code", REFUSALS)
async def test_a_server_that_refuses_counts_as_down(
    server: TcpValkey, refuse: Callable[[TcpValkey], Awaitable[None]], code: str
) -> None:
    async with make_redis(server.url) as redis:
        await put_index(redis, range(1000))
        await PoolIndex(redis).draw(B, 1, at=AT, until=LATER)
        await refuse(server)
        # A stale replica refuses reads with one code and writes with another.
        assert {reply.reason for reply in await replies_of(redis)} - {"READONLY"} == {code} - {"READONLY"}


async def test_a_server_without_memory_draws_nothing(server: TcpValkey) -> None:
    async with make_redis(server.url) as redis:
        await put_index(redis, range(1000))
        await server.call("CONFIG", "SET", "maxmemory", 1)
        for call in (ping(redis), PoolIndex(redis).draw(B, 10, at=AT, until=LATER)):
            with pytest.raises(DependencyUnavailable, match="OOM"):
                await call


async def test_a_server_that_is_busy_with_a_script_counts_as_down_and_serves_again(server: TcpValkey) -> None:
    await server.call("CONFIG", "SET", "busy-reply-threshold", 1)
    async with make_redis(server.url) as redis:
        await put_index(redis, range(1000))
        endless = asyncio.create_task(server.call("EVAL", "while true do end", 0))

        async def is_busy() -> bool:
            with suppress(ResponseError):
                await server.call("PING")
                return False
            return True

        await eventually(is_busy)
        assert {reply.reason for reply in await replies_of(redis)} == {"BUSY"}
        await server.call("SCRIPT", "KILL")
        with pytest.raises(ResponseError):
            await endless
        await ping(redis)


@pytest.mark.slow
async def test_a_server_that_still_loads_its_snapshot_counts_as_down(server: TcpValkey) -> None:
    async with make_redis(server.url) as redis:
        await redis.mset({f"key {number}": "x" * 100 for number in range(1000)})
        await server.call("SAVE")
        await server.stop()
        server.options = ("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024")
        await server.bring_up()
        assert {reply.reason for reply in await replies_of(redis)} == {"LOADING"}


@asynccontextmanager
async def cluster_of_one(data_folder: DataFolder, folder: Path) -> AsyncIterator[TcpValkey]:
    async with running_valkey(data_folder, folder, "--cluster-enabled", "yes") as server:
        yield server


async def test_a_node_of_a_cluster_without_the_keys_counts_as_down(data_folder: DataFolder, tmp_path: Path) -> None:
    """As when a cluster is given as a single server, or is not complete."""
    async with (
        cluster_of_one(data_folder, tmp_path) as first,
        cluster_of_one(data_folder, tmp_path) as second,
        make_redis(first.url) as redis,
    ):
        assert {reply.reason for reply in await replies_of(redis)} == {"CLUSTERDOWN"}
        await second.call("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        await first.call("CLUSTER", "MEET", "127.0.0.1", second.port, second.bus_port)

        async def has_moved() -> bool:
            return {reply.reason for reply in await replies_of(redis)} == {"MOVED"}

        await eventually(has_moved)


@pytest.mark.parametrize("text", ["TRYAGAIN Multiple keys request during rehashing of slot", "UNKILLABLE Sorry"])
def test_a_refusal_is_known_by_its_code_alone(text: str) -> None:
    with pytest.raises(DependencyUnavailable) as down, translate_redis_errors():
        raise ResponseError(text)
    assert down.value.reason == text.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(DataError("Invalid input of type: 'NoneType'"), id="call"),
        pytest.param(ResponseError("out of random words script: 7a, on @user_script:260."), id="script"),
    ],
)
def test_an_error_in_our_own_code_is_no_outage(error: Exception) -> None:
    with pytest.raises(type(error)), translate_redis_errors():
        raise error


def test_a_code_behind_the_text_of_a_script_or_a_pipeline_is_found() -> None:
    script = ResponseError("Error running script (call to f_7a): @user_script:1: -MISCONF Redis is configured to save")
    pipeline = ResponseError("Command # 1 (SET a 1) of pipeline caused error: NOREPLICAS Not enough good replicas")
    assert [refusal_code(script), refusal_code(pipeline)] == ["MISCONF", "NOREPLICAS"]
