"""Refuses a write for which the queue has no room before anything else is done for it.

A refusal must cost little: of ten times the load nine parts are refused, and their cost is lost to what is admitted. So
the response is built once for each language, and refusals are logged together.
"""

from datetime import datetime
from functools import cache
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import AppContext
from api.http.problems import refusal_response, retry_after
from api.http.request_log import log_with_others
from api.http.secured_route import BASE, WRITES
from api.limits.retries import ask_again
from domain.errors import Busy
from domain.instants import format_instant, parse_instant
from locales.languages import Language, preferred_language

_SOME_INSTANT = "2026-01-01T00:00:00.000Z"
"""It has the length of every instant, so the length of the body is the same too."""


class EarlyRefusals:
    """Knows the account of a token that was verified before; others are refused, if they are, after their check.

    So is a token that has ended since: `unauthenticated` goes before `busy`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in WRITES and scope["path"].startswith(BASE):
            headers, context = Headers(scope=scope), scope["app"].state.context
            now = context.clock()
            if _has_no_room(context, headers.get("authorization", ""), now):
                log_with_others(scope)
                await send_busy(send, preferred_language(headers.get("accept-language")), now)
                return
        await self._app(scope, receive, send)


class _Parts(NamedTuple):
    """A response without its two instants."""

    status: int
    headers: list[tuple[bytes, bytes]]
    before: bytes
    after: bytes


@cache
def _parts(language: Language) -> _Parts:
    instant = parse_instant(_SOME_INSTANT)
    response = refusal_response(Busy(instant), language, instant)
    before, _, after = bytes(response.body).partition(_SOME_INSTANT.encode())
    headers = [(name, value) for name, value in response.raw_headers if name != b"retry-after"]
    return _Parts(response.status_code, headers, before, after)


async def send_busy(send: Send, language: Language, now: datetime) -> None:
    """Send what `refusal_response` makes of `Busy`."""
    parts, retry_at = _parts(language), ask_again(now)
    headers = [*parts.headers, (b"retry-after", retry_after(retry_at, now).encode())]
    await send({"type": "http.response.start", "status": parts.status, "headers": headers})
    await send({"type": "http.response.body", "body": parts.before + format_instant(retry_at).encode() + parts.after})


def _has_no_room(context: AppContext, token: str, at: datetime) -> bool:
    claims = context.admission.claims_of(token)
    if claims is None or not context.admission.writes.would_refuse(claims.subject):
        return False
    return at < claims.expires_at and context.live_sessions.is_known_to_live(claims)
