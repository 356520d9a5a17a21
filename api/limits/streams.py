"""The open event streams per account in this process: each costs a task, a subscription and reads."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from domain.errors import RateLimited

ASK_AGAIN = timedelta(seconds=15)
"""The end of a stream is unknown; a client that retries this rarely is no burden."""


class OpenStreams:
    """Counts streams; each opened stream must be closed once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()

    def open(self, account: str, at: datetime) -> None:
        """Raises `RateLimited` if the account has reached its limit."""
        if self._open[account] >= self._limit:
            raise RateLimited(at + ASK_AGAIN)
        self._open[account] += 1

    def close(self, account: str) -> None:
        self._open[account] -= 1
        if not self._open[account]:
            del self._open[account]


class CountedStream(EventSourceResponse):
    """A stream that frees its place whenever it ends."""

    def __init__(
        self, content: AsyncIterator[ServerSentEvent], *, places: OpenStreams, account: str, **how: Any
    ) -> None:
        super().__init__(content, **how)
        self._places = places
        self._account = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._places.close(self._account)
