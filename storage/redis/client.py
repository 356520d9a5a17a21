"""The client of Redis or Valkey: short timeouts, no silent retries, and one definition of "unavailable"."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, cast

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.exceptions import (
    DataError,
    MaxConnectionsError,
    NoScriptError,
    RedisClusterException,
    RedisError,
    ResponseError,
)

from domain.dependencies import DependencyBusy, DependencyUnavailable
from storage.redis.topology import connect

RedisClient = Redis | RedisCluster
"""One server, or a cluster. Every call names keys of one hash tag only, so both answer alike."""

# At the start, or behind the text of a script's or a pipeline's own error.
_CODE = re.compile(r"(?:^|: -?)([A-Z]{3,})\b")
_DENIED_IN_SCRIPT = "ACL"
"""The first word of a server's text about a right that is missing within a script."""


def make_redis(url: str, *, most_connections: int = 200) -> RedisClient:
    """A client for an address as in `storage.redis.topology`, whose calls take at most two seconds.

    Calls are never repeated: the server may still execute one that timed out, so only its caller can know whether to
    repeat it. Its connection is dropped. Responses are bytes. In a cluster each node may have this many connections.
    """
    return connect(url, most_connections)


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
    except (RedisError, RedisClusterException, OSError) as error:
        if _is_our_mistake(error):
            raise
        raise DependencyUnavailable("redis", refusal_code(error)) from error


def refusal_code(error: Exception) -> str:
    """The code of a server's refusal, such as MISCONF; empty for a failure of the connection and for a plain ERR."""
    codes = [getattr(error, "status_code", None)]
    if isinstance(error, ResponseError):
        codes += _CODE.findall(str(error))
    found = next((code for code in codes if code and code != "ERR"), "")
    return "NOPERM" if found == _DENIED_IN_SCRIPT else found


def _is_our_mistake(error: Exception) -> bool:
    if isinstance(error, DataError):
        return True
    return isinstance(error, ResponseError) and "user_script" in str(error) and not refusal_code(error)


class Script:
    """A Lua script that is called by its hash. A server that does not have it (any more) gets it with the same call.

    In a cluster only the node of the keys gets it, so that no other node has to be there.
    """

    def __init__(self, redis: RedisClient, text: str) -> None:
        self._redis = redis
        self._registered = redis.register_script(text)

    @property
    def text(self) -> str:
        """The Lua program."""
        return str(self._registered.script)

    async def __call__(self, keys: Iterable[str], args: Iterable[str | int | bytes] = ()) -> Any:
        names = list(keys)
        arguments = [*names, *args]
        try:
            return await cast("Any", self._redis).evalsha(self._registered.sha, len(names), *arguments)
        except NoScriptError:
            return await cast("Any", self._redis).eval(self.text, len(names), *arguments)


def script(redis: RedisClient, room: str, *names: str) -> Script:
    """The Lua files with these names in a folder of storage, concatenated to one script."""
    folder = files("storage") / room / "lua"
    return Script(redis, "\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names))


async def runs_of(redis: RedisClient, keys: Iterable[str]) -> Mapping[str, str]:
    """For each key the id of its server's current run: it differs after a restart, a failover and a resharding.

    Raises `DependencyUnavailable`.
    """
    names = list(keys)
    with translate_redis_errors():
        if not isinstance(redis, RedisCluster):
            return dict.fromkeys(names, await _run_id(redis)) if names else {}
        await redis.initialize()
        nodes = {name: cast("ClusterNode", redis.get_node_from_key(name)) for name in names}
        runs = {node.name: await _run_id(redis, target_nodes=node) for node in nodes.values()}
    return {name: runs[node.name] for name, node in nodes.items()}


async def _run_id(redis: RedisClient, **options: Any) -> str:
    found: Mapping[str, Any] = await redis.info("server", **options)
    return str(found["run_id"])
