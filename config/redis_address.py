"""The form of the address of Redis or Valkey, which is one server, a cluster, or the sentinels of a master."""

from urllib.parse import parse_qsl, urlsplit

from config.addresses import check_host_and_port, check_url

_SCHEMES = ("redis", "rediss", "unix")
_CLUSTERS = ("redis-cluster", "rediss-cluster")
_SENTINELS = ("redis-sentinel", "rediss-sentinel")
_OPTIONS = frozenset(
    ("db", "username", "password", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile",
     "sentinel_username", "sentinel_password")
)  # fmt: skip


def check_redis(text: str) -> str:
    """Return the address. Raises `ValueError`, whose text does not repeat it."""
    scheme, _, rest = text.partition("://")
    if scheme in (*_CLUSTERS, *_SENTINELS):
        _check_many(scheme, rest)
    else:
        _check_one(text)
    options = dict(parse_qsl(text.partition("?")[2], keep_blank_values=True))
    if not options.keys() <= _OPTIONS:
        raise ValueError(f"its query may have only {', '.join(sorted(_OPTIONS))}")
    if "db" in options and (scheme in _CLUSTERS or not _is_number(options["db"])):
        raise ValueError("its option db must be the number of a database, and a cluster has none")
    return text


def _check_one(text: str) -> None:
    """The path of a server is the number of a database; `unix://` has the socket's path."""
    is_socket = text.startswith("unix:")
    check_url(text, (*_SCHEMES, *_CLUSTERS, *_SENTINELS), needs_host=not is_socket)
    path = urlsplit(text).path.strip("/")
    if is_socket and not path:
        raise ValueError("names no socket")
    if not is_socket and path and not _is_number(path):
        raise ValueError("its path must be the number of a database")


def _check_many(scheme: str, rest: str) -> None:
    """Several hosts with their ports, divided by commas. Sentinels have the service's name as path."""
    authority, _, path = rest.partition("?")[0].partition("/")
    account, at, hosts = authority.rpartition("@")
    for host in hosts.split(","):
        try:
            check_host_and_port(host)
        except ValueError:
            raise ValueError("hosts with their ports, divided by commas") from None
        check_url(f"{scheme}://{account}{at}{host}", (scheme,))
    service, _, database = path.partition("/")
    if scheme in _CLUSTERS and path:
        raise ValueError("a cluster has no numbered databases, so no path")
    if scheme in _SENTINELS and (not service or (database and not _is_number(database))):
        raise ValueError("its path must be the name of the service, and optionally /number of a database")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
