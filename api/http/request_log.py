"""The outermost layer: an id and a log line for every request, and the handler of unexpected errors.

What a busy process refuses at once is counted instead, with one line a second.
"""

import asyncio
import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.headers import REQUEST_ID, SECURITY_HEADERS, STRICT_TRANSPORT
from api.http.problems import problem
from locales.languages import Language, preferred_language
from process.metrics import count_request

_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_ID_NAME = REQUEST_ID.encode()
_WITH_OTHERS = "xuanhao.logged_with_others"
_TOGETHER_SECONDS = 1.0

log = structlog.get_logger("requests")


def log_with_others(scope: Scope) -> None:
    """The request is refused at once because the process is busy: a line for it would cost more than the refusal."""
    scope[_WITH_OTHERS] = True


class _Refusals:
    """Counts refusals, and logs their number a second after the first of them."""

    def __init__(self) -> None:
        self._count = 0

    def add(self) -> None:
        if not self._count:
            asyncio.get_running_loop().call_later(_TOGETHER_SECONDS, self._log)
        self._count += 1

    def _log(self) -> None:
        # Not of the request in whose context the timer was started.
        structlog.contextvars.clear_contextvars()
        log.info("requests refused", requests=self._count, code="busy")
        self._count = 0


class RequestLog:
    """Uses the caller's X-Request-Id if it is a UUID, so that it can't contain personal data."""

    def __init__(self, app: ASGIApp, *, strict_transport: str | None) -> None:
        """`strict_transport`: what limits browsers to TLS; None in the demo, which has none."""
        self._app = app
        headers = SECURITY_HEADERS | ({STRICT_TRANSPORT: strict_transport} if strict_transport else {})
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._refusals = _Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _ID.fullmatch(given) else str(uuid4())
        # The server starts a pipelined request in the context of the previous one, with its bound values.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        # A HEAD request is handled as a GET inside.
        method, began, status, seconds = scope["method"], time.perf_counter(), 0, 0.0

        async def send_marked(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", ()))
                names = {name for name, _ in given}
                ours = [(name, value) for name, value in self._headers if name not in names]
                message["headers"] = [*given, (_ID_NAME, request_id.encode()), *ours]
            await send(message)
            seconds = time.perf_counter() - began

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            log.exception("internal error")
            if not status:
                language = preferred_language(Headers(scope=scope).get("accept-language"))
                await problem("internal_error", language)(scope, receive, send_marked)
        milliseconds = round(seconds * 1000, 1)
        count_request(method, route_of(scope), status, seconds)
        if _WITH_OTHERS in scope:
            self._refusals.add()
        else:
            log.info("request", method=method, route=route_of(scope), status=status, milliseconds=milliseconds)


def _language(scope: Scope) -> Language:
    return preferred_language(Headers(scope=scope).get("accept-language"))


def route_of(scope: Scope) -> str:
    """The route's path template: without ids, queries and unknown paths."""
    path = getattr(scope.get("route"), "path_format", None)
    return path if isinstance(path, str) else "-"
