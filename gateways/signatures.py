"""HMAC signatures of messages between a gateway and us, over the time of signing and the body.

`Xuanhao-Timestamp` is the time in Unix seconds, `Xuanhao-Signature` is `v1=` and the HMAC-SHA256 of
`<timestamp>.<body>` in hexadecimal. docs/gateways.md has an example.
"""

import hmac
import re
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta

import httpx

from gateways.http import Clock

TIMESTAMP, SIGNATURE = "Xuanhao-Timestamp", "Xuanhao-Signature"
TOLERANCE = timedelta(minutes=5)
"""How old a message may be, and how far ahead its sender's clock."""

_VERSION = "v1="
_SECONDS = re.compile("[0-9]{1,11}", re.ASCII)


def sign(key: bytes, timestamp: str, body: bytes) -> str:
    """The signature of a message."""
    return _VERSION + hmac.new(key, timestamp.encode("ascii") + b"." + body, "sha256").hexdigest()


def is_genuine(key: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether the message is signed with this key, and recently."""
    timestamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not _SECONDS.fullmatch(timestamp):
        return False
    expected = sign(key, timestamp, body)
    # The comparison takes the same time wherever the first difference is.
    is_signed = hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape"))
    return is_signed and abs(now - datetime.fromtimestamp(int(timestamp), UTC)) <= TOLERANCE


class HmacAuth(httpx.Auth):
    """Signs our own requests to a gateway."""

    requires_request_body = True

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        timestamp = str(int(self._clock().timestamp()))
        request.headers[TIMESTAMP] = timestamp
        request.headers[SIGNATURE] = sign(self._key, timestamp, request.content)
        yield request


class BearerAuth(httpx.Auth):
    """A token that a gateway has issued to us."""

    def __init__(self, token: str) -> None:
        self._value = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._value
        yield request
