"""Refuses a write for which the queue has no room as soon as its head has arrived, before anything is done for it.

A refusal must cost little: of ten times the load nine parts are refused, and their cost is lost to what is admitted. So
it takes no task and no part of the framework: the connection itself writes a response that was built before. It has
neither a line of the log nor a span.
"""

import asyncio
from collections import Counter
from datetime import datetime
from typing import NamedTuple

import structlog

from api.context import AppContext
from api.http.connections import EarlyResponse, Head, lines_of
from api.http.cross_origin import CrossOrigin
from api.http.headers import REQUEST_ID, security_headers
from api.http.problems import STATUSES, refusal_response, retry_after
from api.http.request_log import request_id_from
from api.http.secured_route import BASE, WRITES
from api.http.single_headers import is_unambiguous
from api.limits.retries import ask_again
from domain.errors import Busy
from domain.instants import format_instant, parse_instant
from locales.languages import Language, preferred_language
from process.metrics import count_refused

_SOME_INSTANT = "2026-01-01T00:00:00.000Z"
"""It has the length of every instant, so the length of the body is the same too."""

_BASE, _ID_NAME = f"{BASE}/".encode(), REQUEST_ID.encode()
_TOGETHER_SECONDS = 1.0

log = structlog.get_logger("requests")


class _Parts(NamedTuple):
    """A response without its two instants and its id."""

    status: int
    headers: bytes
    before: bytes
    after: bytes


class EarlyRefusals:
    """Knows the account of a token that was verified before; others are refused, if they are, after their check.

    So is a token that has ended since: `unauthenticated` goes before `busy`. Refused calls count as all others do, so
    that an account can be refused only so often.
    """

    def __init__(self, context: AppContext, cross_origin: CrossOrigin | None, strict_transport: str | None) -> None:
        self._context = context
        self._cross_origin = cross_origin
        self._security = security_headers(strict_transport)
        self._parts: dict[tuple[Language, str | None], _Parts] = {}
        self._refused: Counter[str] = Counter()

    def response(self, head: Head) -> EarlyResponse | None:
        """The refusal of a request with this head; None if it may go on."""
        if head.method not in WRITES or not head.target.startswith(_BASE):
            return None
        given, now = dict(head.headers), self._context.clock()
        if not is_unambiguous(head.headers, head.version) or not self._is_refused(_text(given, b"authorization"), now):
            return None
        self._count(head.method)
        parts = self._parts_for(preferred_language(_text(given, b"accept-language")), _text(given, b"origin"))
        request_id, retry_at = request_id_from(_text(given, _ID_NAME)), ask_again(now)
        ours = f"{REQUEST_ID}: {request_id}\r\nretry-after: {retry_after(retry_at, now)}\r\n"
        body = parts.before + format_instant(retry_at).encode() + parts.after
        return EarlyResponse(parts.status, parts.headers + ours.encode(), body)

    def _is_refused(self, token: str, at: datetime) -> bool:
        context = self._context
        claims = context.admission.claims_of(token)
        if claims is None or not context.admission.writes.would_refuse(claims.subject):
            return False
        if at >= claims.expires_at or not context.live_sessions.is_known_to_live(claims):
            return False
        return context.call_rate.take(claims.subject, at)

    def _parts_for(self, language: Language, origin: str) -> _Parts:
        allowed = origin if self._cross_origin and self._cross_origin.is_allowed_origin(origin) else None
        parts = self._parts.get((language, allowed))
        if parts is None:
            parts = self._parts[language, allowed] = self._build(language, allowed)
        return parts

    def _build(self, language: Language, allowed_origin: str | None) -> _Parts:
        instant = parse_instant(_SOME_INSTANT)
        response = refusal_response(Busy(instant), language, instant)
        del response.headers["retry-after"]
        response.headers.update(self._security)
        if self._cross_origin and allowed_origin:
            self._cross_origin.allow(allowed_origin, response.headers)
        before, _, after = bytes(response.body).partition(_SOME_INSTANT.encode())
        return _Parts(response.status_code, lines_of(response.raw_headers), before, after)

    def _count(self, method: str) -> None:
        """Refusals have one line a second together, and are counted then."""
        if not self._refused:
            asyncio.get_running_loop().call_later(_TOGETHER_SECONDS, self._log)
        self._refused[method] += 1

    def _log(self) -> None:
        # Not of the request in whose context the timer was started.
        structlog.contextvars.clear_contextvars()
        log.info("requests refused", requests=self._refused.total(), code=Busy.code)
        for method, requests in self._refused.items():
            count_refused(method, STATUSES[Busy.code], requests)
        self._refused.clear()


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")
