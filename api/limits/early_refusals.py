"""Refuses a write for which the queue has no room as soon as its head has arrived, before anything is done for it.

A refusal must cost little: of ten times the load nine parts are refused, and their cost is lost to what is admitted. So
it takes no task and no part of the framework: the connection itself writes a response that was built before. It has
neither a line of the log nor a span.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import NamedTuple
from uuid import uuid4

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
_SAME, _LONG_AGO = timedelta(milliseconds=10), datetime.min.replace(tzinfo=UTC)
"""How long the same instant is named to all; at ten times the load these are a dozen callers."""

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
        self._ids = _request_ids()
        self._asked_at, self._retry_at, self._retry_after = _LONG_AGO, b"", ""

    def response(self, head: Head) -> EarlyResponse | None:
        """The refusal of a request with this head; None if it may go on."""
        if head.method not in WRITES or not head.target.startswith(_BASE):
            return None
        given, now = dict(head.headers), self._context.clock()
        token = given.get(b"authorization", b"")
        if not is_unambiguous(head.headers, head.version) or not self._is_refused(token, now):
            return None
        self._count(head.method)
        parts = self._parts_for(_text(given, b"accept-language"), _text(given, b"origin"))
        if not self._asked_at <= now < self._asked_at + _SAME:
            self._ask_again(now)
        request_id = request_id_from(_text(given, _ID_NAME)) if _ID_NAME in given else next(self._ids)
        ours = f"{REQUEST_ID}: {request_id}\r\nretry-after: {self._retry_after}\r\n"
        body = parts.before + self._retry_at + parts.after
        return EarlyResponse(parts.status, parts.headers + ours.encode(), body)

    def _ask_again(self, now: datetime) -> None:
        """Choose when those that are refused now may repeat their calls."""
        retry_at = ask_again(now)
        self._asked_at = now
        self._retry_at, self._retry_after = format_instant(retry_at).encode(), retry_after(retry_at, now)

    def _is_refused(self, token: bytes, at: datetime) -> bool:
        context = self._context
        claims = context.admission.claims_of(token)
        if claims is None:
            return False
        if not context.admission.writes.would_refuse(claims.subject):
            context.admission.writes.expect(claims.subject)
            return False
        if at >= claims.expires_at or not context.live_sessions.is_known_to_live(claims):
            return False
        return context.call_rate.take(claims.subject, at)

    def _parts_for(self, languages: str, origin: str) -> _Parts:
        allowed = origin if self._cross_origin and self._cross_origin.is_allowed_origin(origin) else None
        language = preferred_language(languages)
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


def _request_ids() -> Iterator[str]:
    """They cost less than random ones, of which each asks the operating system."""
    mine = str(uuid4())[:-12]
    return (f"{mine}{number:012x}" for number in count())


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    value = headers.get(name)
    return value.decode("latin-1") if value else ""
