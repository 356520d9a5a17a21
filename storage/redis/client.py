"""The way to Redis or Valkey: short patience, no silent repeats, and one place that knows what "down" looks like."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import (
    ClusterDownError,
    ConnectionError,  # noqa: A004 -- redis-py names its own so, and it is no OSError.
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 -- the same.
)
from redis.maint_notifications import MaintNotificationsConfig

from storage.failures import PartDown

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
_LARGEST_POOL = 200


def make_redis(url: str) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://` whose calls take at most two seconds and are never repeated.

    A call that timed out may still be carried out by the server later, so only its author can know whether to repeat
    it. The connection of such a call is dropped. Answers are bytes.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        max_connections=_LARGEST_POOL,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )


@contextmanager
def redis_answers() -> Iterator[None]:
    """Translate the driver's ways of saying "down or too slow" into `PartDown("redis")`."""
    try:
        yield
    except (ConnectionError, TimeoutError, OSError, ClusterDownError, ReadOnlyError, OutOfMemoryError) as error:
        raise PartDown("redis") from error


def script(redis: Redis, room: str, *names: str) -> AsyncScript:
    """The Lua files of these names in a room of storage, one after the other, as one script that is called by its hash.

    A server that has forgotten it (it was restarted or flushed) is given it again by the same call.
    """
    folder = files("storage") / room / "lua"
    return redis.register_script("\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names))


async def ping(redis: Redis) -> None:
    """Return when the server answers; raises `PartDown`."""
    with redis_answers():
        await redis.ping()
