"""HTTP written by hand: what no well-behaved client can be made to send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

PATIENCE_S = 12.0
_MUCH = 1 << 16


async def answers_to(url: str, *parts: bytes, pause: float = 0.0, patience: float = PATIENCE_S) -> list[int]:
    """Send these bytes, in parts with a pause between them; the statuses that came until the server closed."""
    async with connection(url) as (reader, writer):
        received = asyncio.ensure_future(_all(reader, patience))
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
        # Where the server has cut it off, that is its answer.
        with suppress(ConnectionError):
            await writer.wait_closed()


def request(method: str, path: str, *fields: str, body: bytes = b"") -> bytes:
    """The head as it is given, line for line, and the body."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", *fields, "", "")).encode("latin-1") + body


async def _all(reader: asyncio.StreamReader, patience: float) -> bytes:
    received = b""
    # What has come until the end, whatever ended it, is the answer.
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(patience):
            while chunk := await reader.read(_MUCH):
                received += chunk
    return received


def _statuses(received: bytes) -> list[int]:
    """The statuses of the answers; bodies of ours hold no status line."""
    return [int(rest[:3]) for rest in received.split(b"HTTP/1.1 ")[1:]]
