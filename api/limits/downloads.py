"""Large files for everybody: bounded downloads in this process, each of which ends in time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.head_requests import is_head
from api.limits.admission import ask_again
from domain.dependencies import DependencyUnavailable
from domain.errors import Busy

WITHIN = 300.0
"""Seconds for a whole download, so that slow readers keep nobody out for long."""

log = structlog.get_logger("requests")


class Downloads:
    """At most `at_once` run, and `each` of one source. An opened one must be closed once."""

    def __init__(self, *, at_once: int = 16, each: int = 4) -> None:
        self._at_once = at_once
        self._each = each
        self._open: Counter[str] = Counter()

    @property
    def running(self) -> int:
        return self._open.total()

    def open(self, source: str, at: datetime) -> None:
        """Raises `Busy`."""
        if self._open[source] >= self._each or self.running >= self._at_once:
            raise Busy(ask_again(at))
        self._open[source] += 1

    def close(self, source: str) -> None:
        self._open[source] -= 1
        if not self._open[source]:
            del self._open[source]


class CountedDownload(StreamingResponse):
    """A file that is sent in parts, each read when the client has taken the one before."""

    def __init__(
        self,
        parts: AsyncIterator[bytes],
        *,
        scope: Scope,
        places: Downloads,
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
