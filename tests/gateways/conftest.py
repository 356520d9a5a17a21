"""A small real HTTP server, so that the HTTP adapters are tested over a real connection."""

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateways.identity.provider import TokenVerifier
from gateways.identity.signing_keys import SigningKeys
from tests.gateways.identity.tokens import AUDIENCE, ISSUER, KEY, Clock, publish
from tests.support.serving import serving


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes
    path: str = "/"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Received], Awaitable[Response]]


class LocalServer:
    """Answers every request with `answer`, or never if there is none, and remembers what came.

    `url` is known as soon as it is served.
    """

    url: str

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        self.received: list[Received] = []
        self.answer: Answer | None = None

    def answers(self, status: int, body: object = b"") -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def answer(_: Received) -> Response:
            return Response(content, status)

        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        received = Received(dict(request.headers), await request.body(), request.url.path)
        self.received.append(received)
        if self.answer is None:
            await receive()
        else:
            await (await self.answer(received))(scope, receive, send)


@pytest.fixture(scope="session")
async def local_server() -> AsyncIterator[LocalServer]:
    local = LocalServer()
    async with serving(local) as port:
        local.url = f"http://127.0.0.1:{port}/"
        yield local


@pytest.fixture
def http_server(local_server: LocalServer) -> LocalServer:
    """A server that never answers, until it is told what."""
    local_server.begin_anew()
    return local_server


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def refused_url() -> str:
    """The address of a port where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(http_server: Any, client: httpx.AsyncClient, clock: Clock) -> TokenVerifier:
    publish(http_server, KEY)
    return TokenVerifier(ISSUER, AUDIENCE, keys=SigningKeys(http_server.url, client, clock), clock=clock)
