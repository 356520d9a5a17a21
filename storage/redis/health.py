"""Whether every server takes writes and grants what we need."""

import asyncio

from redis.asyncio import RedisCluster

from storage.redis.announcements import CHANNEL
from storage.redis.client import RedisClient, script, translate_redis_errors

COMMANDS = (
    "bitcount", "bitfield", "bitop", "del", "eval", "evalsha", "exec", "exists", "get", "getbit", "getrange", "hdel",
    "hget", "hincrby", "hmget", "hset", "info", "lrange", "mget", "mset", "multi", "pexpire", "ping", "publish",
    "rpush", "set", "setbit", "strlen", "subscribe", "xadd", "xrange", "xtrim", "zadd", "zcard",
    "zcount", "zrange", "zrangebyscore", "zrank", "zrem", "zremrangebyrank", "zremrangebyscore", "zscore",
)  # fmt: skip
"""The commands that API and worker call, in scripts and outside."""

_HEALTH_MS = 60_000
_EXAMPLES = "pool:{A}:free rate:{a} receipt:{a} room:{a}:places"
_NAMES = 256
"""So many names that each master of a cluster has one."""


async def ping(redis: RedisClient) -> None:
    """Return when every master has accepted a write and grants every command that we need.

    Raises `DependencyUnavailable` with the reason. A server that refuses writes answers a plain ping.
    """
    check = script(redis, "redis", "health")
    with translate_redis_errors():
        calls = [check([key], [_HEALTH_MS, CHANNEL, _EXAMPLES, *COMMANDS]) for key in await _keys(redis)]
        await asyncio.gather(*calls)


async def _keys(redis: RedisClient) -> list[str]:
    """One key for each master."""
    if not isinstance(redis, RedisCluster):
        return ["health"]
    await redis.initialize()
    by_node: dict[str, str] = {}
    for number in range(_NAMES):
        node = redis.get_node_from_key(f"health:{number}")
        by_node.setdefault(node.name if node else "", f"health:{number}")
    return list(by_node.values())


async def eviction_policies(redis: RedisClient) -> set[str]:
    """The `maxmemory-policy` of every master. Raises `DependencyUnavailable`.

    It is read where a user without administrators' rights may read it.
    """
    with translate_redis_errors():
        if not isinstance(redis, RedisCluster):
            return {str((await redis.info("memory"))["maxmemory_policy"])}
        await redis.initialize()
        found = [await redis.info("memory", target_nodes=node) for node in redis.get_primaries()]
    return {str(each["maxmemory_policy"]) for each in found}
