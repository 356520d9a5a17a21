"""The first span of a trace: one request, named by its route. Only where traces are on."""

from http import HTTPStatus

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, format_trace_id
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.request_log import route_of
from process.metrics import known_method


class RequestSpans:
    """Starts a trace for each request. A caller's own trace header is not read: it may contain anything."""

    def __init__(self, app: ASGIApp, *, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = known_method(scope["method"])
        # The server starts a pipelined request in the context of the previous one, which is no parent.
        with self._tracer.start_as_current_span(method, Context(), SpanKind.SERVER) as span:
            structlog.contextvars.bind_contextvars(trace_id=format_trace_id(span.get_span_context().trace_id))

            async def send_noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _name(span, method, route_of(scope), message["status"])
                await send(message)

            await self._app(scope, receive, send_noted)


def _name(span: Span, method: str, route: str, status: int) -> None:
    span.update_name(f"{method} {route}")
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    span.set_attributes(
        {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "request_id": request_id,
        }
    )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        span.set_status(StatusCode.ERROR)
