"""Reads server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.support.applicants import Applicant, Selection

TIMEOUT = 8.0


class Events:
    """The events of a stream as they come."""

    def __init__(self, lines: AsyncIterator[str], *, name: str = "preselection") -> None:
        self._lines = lines
        self._name = name

    async def next(self) -> dict[str, Any]:
        """The next view; comments are skipped."""
        name = ""
        async with asyncio.timeout(TIMEOUT):
            async for line in self._lines:
                kind, _, text = line.partition(": ")
                if kind == "event":
                    name = text
                if kind == "data":
                    assert name == self._name
                    view: dict[str, Any] = json.loads(text)
                    return view
        raise EOFError

    async def has_ended(self) -> bool:
        try:
            async with asyncio.timeout(TIMEOUT):
                async for line in self._lines:
                    assert not line.startswith("data")
        except httpx.RemoteProtocolError:
            pass
        return True


@asynccontextmanager
async def open_events(address: str, applicant: Applicant, selection: Selection) -> AsyncIterator[Events]:
    async with (
        httpx.AsyncClient(timeout=httpx.Timeout(5, read=30)) as client,
        client.stream("GET", f"{address}{selection.path}/events", headers=applicant.headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield Events(response.aiter_lines())
