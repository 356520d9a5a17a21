"""The published port of Temporal's UI: a proxy that refuses what pages of other sites send.

The UI of the development server does not check `Host`. A page whose name is made to point to 127.0.0.1 (DNS rebinding)
counts as its own page, and could end workflows. So the UI listens at an address that no page knows, and this proxy
forwards to it what names this machine, or a configured host.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from embedded.problems import StartProblem

LOOPBACK_NAMES = ("127.0.0.1", "localhost")
READING = ("GET", "HEAD")
METHODS = (*READING, "DELETE", "OPTIONS", "PATCH", "POST", "PUT")
# They are for the next hop only (RFC 9110, 7.6.1).
OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
CALLS_END_WITHIN_S = 1


class SameOriginOnly:
    """Refuses everything but GET and HEAD from pages of another origin. Clients that are no pages send no `Origin`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        origin = request.headers.get("origin")
        if request.method in READING or origin is None or urlsplit(origin).netloc == request.headers["host"]:
            return await self._app(scope, receive, send)
        refusal = PlainTextResponse("Pages of another origin may not do this", status_code=403)
        return await refusal(scope, receive, send)


class UiForwarder:
    """Sends each request to the UI, and its response back as it comes."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def forward(self, request: Request) -> Response:
        headers = [(name, value) for name, value in request.headers.items() if name not in OF_ONE_CONNECTION]
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        path = request.scope["raw_path"].decode("ascii")
        query = request.scope["query_string"].decode("latin-1")
        # Not built by the client, which would add its own headers, such as the encodings that it can read.
        call = httpx.Request(
            request.method,
            self._client.base_url.join(f"{path}?{query}" if query else path),
            headers=headers,
            content=request.stream() if has_body else None,
        )
        try:
            answer = await self._client.send(call, stream=True)
        except httpx.TransportError:
            return PlainTextResponse("Temporal's UI does not answer", status_code=502)
        response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        response.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower().decode("latin-1") not in OF_ONE_CONNECTION
        ]
        return response


def guard_ui(client: httpx.AsyncClient, hosts: Iterable[str]) -> ASGIApp:
    """The proxy. `hosts`: names that requests may have in `Host`; `client` reaches the UI."""
    return Starlette(
        routes=[Route("/{path:path}", UiForwarder(client).forward, methods=list(METHODS))],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            Middleware(SameOriginOnly),
        ],
    )


class UiGuard:
    """Serves the proxy in this process, from `open` to `close`."""

    def __init__(self, *, host: str, port: int, ui: str, hosts: Iterable[str] = ()) -> None:
        """`ui`: the URL of the UI; `hosts`: further names that requests may have in `Host`."""
        self._address = (host, port)
        # One connection for each call: the UI may restart, and closes kept ones at any time.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(base_url=ui, trust_env=False, timeout=60, limits=limits)
        app = guard_ui(self._client, (*LOOPBACK_NAMES, *hosts))
        self._server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=CALLS_END_WITHIN_S,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Listen. Raises `StartProblem` if the port can't be used."""
        try:
            listening = socket.create_server(self._address)
        except OSError as problem:
            raise StartProblem(f"the port of Temporal's UI can't be used: {problem}") from None
        self._serving = asyncio.create_task(self._server.serve([listening]))

    async def close(self) -> None:
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving
        await self._client.aclose()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: they end the whole system, which closes this server."""
        yield
