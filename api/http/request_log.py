"""The outermost layer: an id and one log line for every request, and the handler of unexpected errors."""

import re
import time
from collections.abc import Mapping
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.headers import REQUEST_ID, SECURITY_HEADERS, TLS_ONLY
from api.http.problems import problem
from locales.languages import preferred_language

_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

log = structlog.get_logger("requests")


class RequestLog:
    """Uses the caller's X-Request-Id if it is a UUID, so that it can't contain personal data."""

    def __init__(self, app: ASGIApp, *, demo: bool) -> None:
        self._app = app
        self._headers = SECURITY_HEADERS if demo else SECURITY_HEADERS | TLS_ONLY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _ID.fullmatch(given) else str(uuid4())
        # The server starts a pipelined request in the context of the previous one, with its bound values.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        await _Exchange(self._app, request_id, self._headers).run(scope, receive, send)


class _Exchange:
    """One request and its response."""

    def __init__(self, app: ASGIApp, request_id: str, every_answer: Mapping[str, str]) -> None:
        self._app = app
        self._every_answer = every_answer
        self._request_id = request_id
        self._status = 0
        self._seconds = 0.0

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
                self._mark(MutableHeaders(scope=message))
            await send(message)
            self._seconds = time.perf_counter() - began

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            log.exception("internal error")
            if not self._status:
                language = preferred_language(Headers(scope=scope).get("accept-language"))
                await problem("internal_error", language)(scope, receive, send_marked)
        log.info(
            "request",
            method=scope["method"],
            route=_route(scope),
            status=self._status,
            milliseconds=round(self._seconds * 1000, 1),
        )

    def _mark(self, headers: MutableHeaders) -> None:
        headers[REQUEST_ID] = self._request_id
        for name, value in self._every_answer.items():
            headers.setdefault(name, value)


def _route(scope: Scope) -> str:
    """The route's path template: without ids, queries and unknown paths."""
    path = getattr(scope.get("route"), "path_format", None)
    return path if isinstance(path, str) else "-"
