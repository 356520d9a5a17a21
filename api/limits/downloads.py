"""Large files for everybody: bounded downloads in this process, each of which ends in time."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.head_requests import is_head
from api.limits.places import Places
from domain.dependencies import DependencyUnavailable

WITHIN = 300.0
"""Seconds for a whole download, so that slow readers keep nobody out for long."""

log = structlog.get_logger("requests")


class CountedDownload(StreamingResponse):
    """A file that is sent in parts, each read when the client has taken the one before. It closes its place."""

    def __init__(
        self,
        parts: AsyncIterator[bytes],
        *,
        scope: Scope,
        places: Places,
        source: str,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(_nothing() if is_head(scope) else parts, media_type=media_type, headers=headers)
        self._places = places
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(WITHIN):
                await super().__call__(scope, receive, send)
        except (TimeoutError, DependencyUnavailable, ClientDisconnect) as ended:
            # The client sees that the last part is missing.
            log.warning("download ended early", cause=type(ended).__name__)
        finally:
            self._places.close(self._source)


async def _nothing(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
