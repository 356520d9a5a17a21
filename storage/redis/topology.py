"""The address of one server, of a cluster, or of the sentinels that know the current master.

    redis://[user[:password]@]host[:port][/db]                    rediss:// with TLS
    unix:///path?db=0
    redis-cluster://[user[:password]@]host:port[,host:port…]      rediss-cluster://
    redis-sentinel://[user[:password]@]host:port[,…]/service[/db] rediss-sentinel://

Options of the query: `ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile`, and for sentinels with their own account
`sentinel_username` and `sentinel_password`. `config.redis_address` refuses everything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

_SECONDS = 1.0
_SENTINEL_SECONDS = 0.3
"""Sentinels are asked one after the other until one answers, before a connection is opened."""

_OF_SENTINELS = "sentinel_"


@dataclass(frozen=True)
class _Address:
    """`url` is that of the first host, as redis-py reads it."""

    kind: str
    url: str
    hosts: Sequence[tuple[str, int]]
    path: Sequence[str]
    sentinel: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> "_Address":
        scheme, _, rest = text.partition("://")
        plain, _, kind = scheme.partition("-")
        rest, _, query = rest.partition("?")
        authority, _, path = rest.partition("/")
        account, at, hosts = authority.rpartition("@")
        options = dict(parse_qsl(query))
        theirs = {name: options.pop(name) for name in list(options) if name.startswith(_OF_SENTINELS)}
        many = [_host_and_port(host) for host in hosts.split(",")]
        url = f"{plain}://{account}{at}{hosts.split(',')[0]}?{urlencode(options)}"
        sentinel = {name.removeprefix(_OF_SENTINELS): value for name, value in theirs.items()}
        return cls(kind, url, many, [unquote(part) for part in path.split("/")], sentinel)


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def connect(url: str, most_connections: int) -> Redis | RedisCluster:
    """A client whose calls wait for a connection and for an answer one second each, and are never repeated."""
    if "-" not in url.partition("://")[0]:
        return Redis.from_url(url, **_limits(most_connections), maint_notifications_config=_no_notifications())
    address = _Address.parse(url)
    return _cluster(address, most_connections) if address.kind == "cluster" else _master(address, most_connections)


def _limits(most_connections: int) -> dict[str, Any]:
    return {
        "socket_connect_timeout": _SECONDS,
        "socket_timeout": _SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "max_connections": most_connections,
    }


def _no_notifications() -> MaintNotificationsConfig:
    return MaintNotificationsConfig(enabled=False)


def _cluster(address: _Address, most_connections: int) -> RedisCluster:
    """A node that is down costs its own keys only: the others go on."""
    nodes = [ClusterNode(host, port) for host, port in address.hosts[1:]]
    return RedisCluster.from_url(
        address.url,
        startup_nodes=nodes,
        require_full_coverage=False,
        maint_notifications_config=_no_notifications(),
        **_limits(most_connections),
    )


def _master(address: _Address, most_connections: int) -> Redis:
    options = _connection_options(address)
    service, database = address.path[0], address.path[1] if len(address.path) > 1 else "0"
    limits = _limits(most_connections) | options
    times = {"socket_connect_timeout": _SENTINEL_SECONDS, "socket_timeout": _SENTINEL_SECONDS}
    encryption = {name: value for name, value in options.items() if name.startswith("ssl")}
    # redis-py has no types for it.
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        address.hosts, sentinel_kwargs={**_limits(most_connections), **encryption, **times, **address.sentinel}
    )
    master: Redis = sentinel.master_for(service, _Master, **limits, db=int(database))
    return master


class _Master(Redis):
    """Closes the connections to the sentinels too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: FBT001 - redis-py's signature.
        await super().aclose(close_connection_pool)
        if isinstance(self.connection_pool, SentinelConnectionPool):
            for sentinel in self.connection_pool.sentinel_manager.sentinels:
                await sentinel.aclose()


def _connection_options(address: _Address) -> dict[str, Any]:
    """The account and the TLS of the address, without its host."""
    options: dict[str, Any] = dict(parse_url(address.url))
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    for name in ("host", "port"):
        options.pop(name, None)
    return options
