"""`HEAD` wherever `GET` is: the same status and headers, without the body (RFC 9110, 9.3.2)."""

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

_IS_HEAD = "xuanhao.is_head"


def is_head(scope: Scope) -> bool:
    """Whether only the headers of the response are sent, so that its body need not be made."""
    return _IS_HEAD in scope


class HeadAsGet:
    """Runs the route of `GET` and sends its headers only, so that no route has to declare both.

    The response is complete after its headers, so the server reports a disconnect to a stream, which then ends.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                # For the server too: it would write the end of a body, which the client takes for its next response.
                scope["method"] = "HEAD"
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        # In place, so that the request log finds the route that the router adds.
        scope["method"], scope[_IS_HEAD] = "GET", True
        await self._app(scope, receive, send_headers)
