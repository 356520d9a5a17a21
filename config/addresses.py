"""The forms of addresses in settings. A problem's text never repeats the value: addresses contain passwords."""

import re
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from psycopg import pq

LOCAL = "local:"
"""The address of the local adapter of SMS or registry, instead of a gateway's."""

DATABASE_SCHEMES = ("postgresql", "postgresql+psycopg")
HTTP_SCHEMES = ("http", "https")
PROVIDERS = ("aliyun", "tencent")
"""The schemes of SMS providers; their APIs are called over HTTPS."""

_HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", re.ASCII)
_LARGEST_PORT = 65535


def check_url(text: str, schemes: tuple[str, ...], *, needs_host: bool = True) -> str:
    """Return the URL. Raises `ValueError`, whose text does not repeat it, for another scheme and a malformed part."""
    if "#" in text:
        raise ValueError("a # in a URL begins its fragment: write %23 instead")
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("no blanks or control characters")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("its host or port is malformed") from None
    if parts.scheme not in schemes or not text.startswith(f"{parts.scheme}://"):
        raise ValueError(f"a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if port == 0:
        raise ValueError("its host or port is malformed")
    if needs_host and not parts.hostname:
        raise ValueError("names no host")
    return text


def check_database(text: str) -> str:
    """PostgreSQL; the host may be a socket's folder in the query, and options are those of its library."""
    checked = check_url(text, DATABASE_SCHEMES, needs_host=False)
    if not {name for name, _ in parse_qsl(urlsplit(text).query, keep_blank_values=True)} <= _database_options():
        raise ValueError("its query has an option that PostgreSQL does not know")
    return checked


@cache
def _database_options() -> frozenset[str]:
    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def check_host_and_port(text: str) -> str:
    """`host:port`, without a scheme."""
    match = _HOST_AND_PORT.fullmatch(text)
    if not match or not 1 <= int(match[1]) <= _LARGEST_PORT:
        raise ValueError("a host and a port, such as temporal.example.org:7233")
    return text


def check_gateway(text: str) -> str:
    """A gateway's URL, or `local:`."""
    return text if text == LOCAL else check_url(text, HTTP_SCHEMES)


def check_sms(text: str) -> str:
    """A gateway's URL, `local:`, or a provider's host such as `aliyun://dysmsapi.aliyuncs.com`."""
    if not text.startswith(tuple(f"{provider}://" for provider in PROVIDERS)):
        return check_gateway(text)
    parts = urlsplit(check_url(text, PROVIDERS))
    if parts.path.strip("/") or parts.query or parts.username:
        raise ValueError("a provider's host only")
    return text
