"""The outermost layer: an id and a log line for every request, and the handler of unexpected errors."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.headers import REQUEST_ID, security_headers
from api.http.problems import problem
from locales.languages import preferred_language
from process.metrics import count_request

_ID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_ID_NAME = REQUEST_ID.encode()

log = structlog.get_logger("requests")


def request_id_from(given: str) -> str:
    """The caller's X-Request-Id if it is a UUID, so that it can't contain personal data; otherwise a new one."""
    return given if _ID.fullmatch(given) else str(uuid4())


class RequestLog:
    def __init__(self, app: ASGIApp, *, strict_transport: str | None) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in security_headers(strict_transport).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_from(Headers(scope=scope).get(REQUEST_ID, ""))
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
        log.info("request", method=method, route=route_of(scope), status=status, milliseconds=milliseconds)


def route_of(scope: Scope) -> str:
    """The route's path template: without ids, queries and unknown paths."""
    path = getattr(scope.get("route"), "path_format", None)
    return path if isinstance(path, str) else "-"
