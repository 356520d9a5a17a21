"""Refuses requests whose headers two readers could understand differently: a proxy one value, the service another.

RFC 9112, 3.2: a request of HTTP/1.1 has exactly one valid `Host`. RFC 9110, 5.3: a header that is no list occurs once.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import problem
from locales.languages import preferred_language

SINGLE = frozenset(
    {
        b"access-control-request-method", b"authorization", b"content-disposition", b"content-length",
        b"content-location", b"content-range", b"content-type", b"cookie", b"date", b"from", b"host",
        b"idempotency-key", b"if-modified-since", b"if-range", b"if-unmodified-since", b"last-event-id",
        b"max-forwards", b"origin", b"proxy-authorization", b"queue-pass", b"range", b"referer", b"sec-fetch-dest",
        b"sec-fetch-mode", b"sec-fetch-site", b"sec-fetch-user", b"traceparent", b"transfer-encoding",
        b"user-agent", b"x-namespace", b"x-request-id", b"xuanhao-signature", b"xuanhao-timestamp",
    }
)  # fmt: skip
"""Headers that may occur once, whatever their values."""

# The name or address of RFC 3986, 3.2.2, and a port; it may be empty.
_HOST = re.compile(rb"(\[[0-9A-Fa-fv:.]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]*)(:[0-9]*)?")


class SingleHeaders:
    """Answers ambiguous requests with `bad_request`, before anything reads them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_unambiguous(scope["headers"], scope["http_version"]):
            language = preferred_language(Headers(scope=scope).get("accept-language"))
            await problem("bad_request", language)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_unambiguous(headers: list[tuple[bytes, bytes]], version: str) -> bool:
    """`headers` with names in small letters."""
    by_name = dict(headers)
    if len(by_name) != len(headers):
        single = [name for name, _ in headers if name in SINGLE]
        if len(single) != len(set(single)):
            return False
    host = by_name.get(b"host")
    return version != "1.1" if host is None else bool(_HOST.fullmatch(host))
