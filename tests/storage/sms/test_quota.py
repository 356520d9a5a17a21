"""`codes_per_minute`: how many codes the whole service sends."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from domain.dependencies import DependencyUnavailable
from domain.errors import RateLimited
from storage.redis.client import make_redis
from storage.redis.rate_windows import RateWindows
from storage.sms.quota import ServiceCodes
from tests.support.pool import AT

MINUTE = timedelta(minutes=1)


async def send(codes: ServiceCodes, code_id: UUID) -> bool:
    """Repeated while a loaded machine does not connect in time: an id counts once."""
    while True:
        try:
            await codes.count(code_id, AT)
        except RateLimited:
            return False
        except DependencyUnavailable:
            continue
        return True


async def test_of_50_codes_at_once_from_two_processes_exactly_20_are_sent(redis: Redis) -> None:
    processes = [ServiceCodes(RateWindows(redis), 20) for _ in range(2)]
    outcomes = await asyncio.gather(*(send(processes[number % 2], uuid4()) for number in range(50)))
    assert outcomes.count(True) == 20


async def test_a_code_that_is_tried_again_counts_once_and_one_that_failed_not_at_all(redis: Redis) -> None:
    codes, first = ServiceCodes(RateWindows(redis), 1), uuid4()
    assert [await send(codes, first), await send(codes, first), await send(codes, uuid4())] == [True, True, False]
    with pytest.raises(RateLimited) as limited:
        await codes.count(uuid4(), AT)
    assert limited.value.retry_at == AT + MINUTE
    await codes.give_back(first)
    assert await send(codes, uuid4())


async def test_without_a_limit_codes_are_counted_without_error_while_redis_is_away() -> None:
    nowhere = make_redis("redis://127.0.0.1:1")
    codes = ServiceCodes(RateWindows(nowhere), None)
    await codes.count(uuid4(), AT)
    await codes.give_back(uuid4())


async def test_while_redis_is_away_a_limit_lets_nothing_through() -> None:
    nowhere = make_redis("redis://127.0.0.1:1")
    with pytest.raises(DependencyUnavailable, match="redis"):
        await ServiceCodes(RateWindows(nowhere), 1).count(uuid4(), AT)
