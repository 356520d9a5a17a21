"""A small HTTP server, so that the HTTP adapters are tested over a real connection."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes
    path: str = "/"
    query: str = ""
    method: str = "POST"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Received], Awaitable[Response]]


class LocalServer:
    """Responds to every request with `answer`, or never if there is none, and records the requests.

    `url` is known as soon as it is served.
    """

    url: str

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.received: list[Received] = []
        self.answer: Answer | None = None

    def answers(self, status: int, body: object = b"") -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def answer(_: Received) -> Response:
            return Response(content, status)

        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        url = request.url
        received = Received(dict(request.headers), await request.body(), url.path, url.query, request.method)
        self.received.append(received)
        if self.answer is None:
            await receive()
        else:
            await (await self.answer(received))(scope, receive, send)
