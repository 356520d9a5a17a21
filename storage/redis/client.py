"""The client of Redis or Valkey: short timeouts, no silent retries, and one definition of "unavailable"."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import (
    ClusterDownError,
    ConnectionError,  # noqa: A004 -- redis-py's own class, which is not an OSError.
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 -- the same.
)
from redis.maint_notifications import MaintNotificationsConfig

from domain.dependencies import DependencyUnavailable

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
_LARGEST_POOL = 200


def make_redis(url: str) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://` whose calls take at most two seconds and are never repeated.

    The server may still execute a call that timed out, so only its caller can know whether to repeat it. Its connection
    is dropped. Responses are bytes.
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
def translate_redis_errors() -> Iterator[None]:
    """Translate the driver's errors for "down or too slow" into `DependencyUnavailable("redis")`."""
    try:
        yield
    except (ConnectionError, TimeoutError, OSError, ClusterDownError, ReadOnlyError, OutOfMemoryError) as error:
        raise DependencyUnavailable("redis") from error


def script(redis: Redis, room: str, *names: str) -> AsyncScript:
    """The Lua files with these names in a folder of storage, concatenated to one script that is called by its hash.

    If the server no longer has the script (after a restart or a flush), the same call sends it again.
    """
    folder = files("storage") / room / "lua"
    return redis.register_script("\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names))


async def ping(redis: Redis) -> None:
    """Return when the server responds; raises `DependencyUnavailable`."""
    with translate_redis_errors():
        await redis.ping()
