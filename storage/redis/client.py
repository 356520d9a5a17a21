"""The client of Redis or Valkey: short timeouts, no silent retries, and one definition of "unavailable"."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import DataError, MaxConnectionsError, RedisError, ResponseError
from redis.maint_notifications import MaintNotificationsConfig

from domain.dependencies import DependencyBusy, DependencyUnavailable

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 1.0
# At the start, or behind the text of a script's or a pipeline's own error.
_CODE = re.compile(r"(?:^|: -?)([A-Z]{3,})\b")
_HEALTH_KEY = "health"
_HEALTH_MS = 60_000


def make_redis(url: str, *, most_connections: int = 200) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://` whose calls take at most two seconds and are never repeated.

    The server may still execute a call that timed out, so only its caller can know whether to repeat it. Its connection
    is dropped. Responses are bytes.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        max_connections=most_connections,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )


@contextmanager
def translate_redis_errors() -> Iterator[None]:
    """Translate the driver's errors for "down, too slow or refused" into `DependencyUnavailable("redis")`.

    A server has many reasons to refuse (MISCONF, NOREPLICAS, BUSY, NOPERM, MOVED, LOADING, …), and new ones with each
    version. The reason has the code only. An error in our own call or script stays what it is. If all connections of
    this process are in use, it is `DependencyBusy`.
    """
    try:
        yield
    except MaxConnectionsError as error:
        raise DependencyBusy("redis") from error
    except (RedisError, OSError) as error:
        if _is_our_mistake(error):
            raise
        raise DependencyUnavailable("redis", refusal_code(error)) from error


def refusal_code(error: Exception) -> str:
    """The code of a server's refusal, such as MISCONF; empty for a failure of the connection and for a plain ERR."""
    codes = [getattr(error, "status_code", None)]
    if isinstance(error, ResponseError):
        codes += _CODE.findall(str(error))
    return next((code for code in codes if code and code != "ERR"), "")


def _is_our_mistake(error: Exception) -> bool:
    if isinstance(error, DataError):
        return True
    return isinstance(error, ResponseError) and "user_script" in str(error) and not refusal_code(error)


def script(redis: Redis, room: str, *names: str) -> AsyncScript:
    """The Lua files with these names in a folder of storage, concatenated to one script that is called by its hash.

    If the server no longer has the script (after a restart or a flush), the same call sends it again.
    """
    folder = files("storage") / room / "lua"
    return redis.register_script("\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names))


async def ping(redis: Redis) -> None:
    """Return when the server has accepted a write; raises `DependencyUnavailable` with the reason.

    A server that refuses writes answers a plain ping.
    """
    with translate_redis_errors():
        await redis.set(_HEALTH_KEY, 1, px=_HEALTH_MS)
