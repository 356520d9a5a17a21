"""Cross-origin requests: pages of other origins can't read responses, unless the settings name their origin."""

from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import problem
from locales.languages import preferred_language

METHODS = ("GET", "POST", "PUT")
ASKED_FOR = (
    "Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Queue-Pass", "X-Namespace", "X-Request-Id",
)  # fmt: skip
EXPOSED_HEADERS = ("Location", "Retry-After", "X-Request-Id")
KNOWN_FOR_SECONDS = 600


class CrossOrigin(CORSMiddleware):
    """Sends the headers of the fetch standard for configured origins, and none for other origins.

    Never with cookies: only the token identifies the caller.
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        super().__init__(
            app,
            allow_origins=sorted(origins),
            allow_methods=METHODS,
            allow_headers=ASKED_FOR,
            expose_headers=EXPOSED_HEADERS,
            max_age=KNOWN_FOR_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_named = scope["type"] == "http" and self.is_allowed_origin(Headers(scope=scope).get("origin", ""))
        await (super().__call__ if is_named else self.app)(scope, receive, send)

    def allow(self, origin: str, headers: MutableHeaders) -> None:
        """Add to a response what lets pages of an allowed origin read it."""
        headers.update(self.simple_headers)
        self.allow_explicit_origin(headers, origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Allow the request, or respond with a problem where Starlette would use plain text."""
        answer = super().preflight_response(request_headers)
        if answer.status_code == HTTPStatus.OK:
            return answer
        return problem("bad_request", preferred_language(request_headers.get("accept-language")))
