"""The demo's server in this process."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import AppContext


@dataclass
class DemoServer:
    """Its context fetches keys from its application, which needs the context: so both come later than the server."""

    app: ASGIApp | None = None
    context: AppContext | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app
        await self.app(scope, receive, send)
