"""Raw HTTP over sockets, for requests that normal clients refuse to send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

TIMEOUT_S = 12.0
_MUCH = 1 << 16


async def answers_to(url: str, *parts: bytes, pause: float = 0.0, within: float = TIMEOUT_S) -> list[int]:
    """Send these bytes in parts with pauses; returns the statuses until the server closed the connection."""
    async with connection(url) as (reader, writer):
        received = asyncio.ensure_future(_all(reader, within))
        for part in parts:
            try:
                writer.write(part)
                await writer.drain()
            except ConnectionError:
                break
            await asyncio.sleep(pause)
        return _statuses(await received)


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        # If the server has closed the connection, that is its response.
        with suppress(ConnectionError):
            await writer.wait_closed()


def request(method: str, path: str, *fields: str, body: bytes = b"") -> bytes:
    """The given head, line by line, and the body."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", *fields, "", "")).encode("latin-1") + body


async def _all(reader: asyncio.StreamReader, within: float) -> bytes:
    received = b""
    # Everything until the end of the connection is the response.
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(within):
            while chunk := await reader.read(_MUCH):
                received += chunk
    return received


def _statuses(received: bytes) -> list[int]:
    """The statuses of the responses; our bodies contain no status line."""
    return [int(rest[:3]) for rest in received.split(b"HTTP/1.1 ")[1:]]
