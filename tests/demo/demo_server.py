"""The demo's server in this process, and its clock."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import AppContext

NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class DemoServer:
    """Its context fetches keys from its application, which needs the context: so both come later than the server."""

    app: ASGIApp | None = None
    context: AppContext | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app
        await self.app(scope, receive, send)
