import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
import redis.exceptions
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from domain.dependencies import DependencyUnavailable
from embedded.valkey import Valkey
from storage.redis.announcements import CHANNEL, Announcements
from storage.redis.client import make_redis

TIMEOUT = 10.0
AT_ONCE = 0.05


@pytest.fixture
async def announcements(redis: Redis) -> AsyncIterator[Announcements]:
    listening = Announcements(redis)
    yield listening
    await listening.close()


async def test_a_subscription_hears_of_its_preselection_only(announcements: Announcements, redis: Redis) -> None:
    mine, other = uuid4(), uuid4()
    with announcements.subscribe(mine) as subscription, announcements.subscribe(other) as others:
        assert await subscription.wait(TIMEOUT)
        assert await others.wait(TIMEOUT)
        # As if from another process.
        await Announcements(redis).publish(mine)
        assert await subscription.wait(TIMEOUT)
        assert not await others.wait(AT_ONCE)
        assert not await subscription.wait(AT_ONCE)


async def test_several_announcements_that_nobody_waited_for_count_as_one(announcements: Announcements) -> None:
    mine, last = uuid4(), uuid4()
    with announcements.subscribe(mine) as subscription, announcements.subscribe(last) as others:
        assert await subscription.wait(TIMEOUT)
        assert await others.wait(TIMEOUT)
        for one in (mine, mine, mine, last):
            await announcements.publish(one)
        assert await others.wait(TIMEOUT)
        assert await subscription.wait(TIMEOUT)
        assert not await subscription.wait(AT_ONCE)


async def test_all_streams_of_a_process_share_one_connection(redis_url: str) -> None:
    # Others may listen on the same server meanwhile, so our connections have a name.
    async with make_redis(f"{redis_url}&client_name=many-streams") as redis:
        announcements = Announcements(redis)
        ids = [uuid4() for _ in range(20)]
        with ExitStack() as streams:
            subscriptions = [streams.enter_context(announcements.subscribe(one)) for one in [*ids, *ids]]
            assert all(await asyncio.gather(*(subscription.wait(TIMEOUT) for subscription in subscriptions)))
            listening = await redis.client_list(_type="pubsub")
            assert [client["name"] for client in listening].count("many-streams") == 1
        assert not announcements._subscriptions
        await announcements.close()


async def test_closing_ends_even_when_the_driver_fails_instead_of_being_cancelled(
    announcements: Announcements, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = PubSub.get_message

    async def wait_for_ever(self: PubSub, **limits: Any) -> object:
        try:
            return await listening(self, **limits)
        except asyncio.CancelledError:
            raise redis.exceptions.TimeoutError from None

    monkeypatch.setattr(PubSub, "get_message", wait_for_ever)
    with announcements.subscribe(uuid4()) as subscription:
        assert await subscription.wait(TIMEOUT)
        async with asyncio.timeout(TIMEOUT):
            await announcements.close()


async def test_nonsense_on_the_channel_disturbs_nobody(announcements: Announcements, redis: Redis) -> None:
    mine = uuid4()
    with announcements.subscribe(mine) as subscription:
        assert await subscription.wait(TIMEOUT)
        await redis.publish(CHANNEL, b"nonsense")
        await announcements.publish(mine)
        assert await subscription.wait(TIMEOUT)


async def test_after_a_restart_of_redis_every_stream_reads_again_and_hears_again(valkey: Valkey) -> None:
    async with make_redis(valkey.url()) as redis:
        announcements = Announcements(redis)
        mine = uuid4()
        with announcements.subscribe(mine) as subscription:
            assert await subscription.wait(TIMEOUT)
            await valkey.stop()
            with pytest.raises(DependencyUnavailable, match="redis"):
                await announcements.publish(mine)
            await valkey.start()
            await valkey.wait_until_ready()
            assert await subscription.wait(TIMEOUT)
            await announcements.publish(mine)
            assert await subscription.wait(TIMEOUT)
        await announcements.close()
