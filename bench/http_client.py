"""A minimal HTTP client: its cost counts for both sides, and would make them look alike."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus


class Connection:
    """One kept-alive connection to the API on loopback."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.headers: Mapping[str, str] = {}

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def get(self, path: str) -> bytes:
        return await self._exchange("GET", path, b"")

    async def post(self, path: str, body: bytes, **headers: str) -> bytes:
        return await self._exchange("POST", path, body, **headers)

    async def _exchange(self, method: str, path: str, body: bytes, **headers: str) -> bytes:
        status, content = await self.exchange(method, path, body, **headers)
        assert status < HTTPStatus.BAD_REQUEST, (status, content.decode())
        return content

    async def exchange(self, method: str, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        """The status and the body, whatever they are."""
        fields = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **self.headers, **headers}
        if body:
            fields["Content-Type"] = "application/json"
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        self._writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(answer.split(" ", 2)[1])
        content = await self._reader.readexactly(int(answer.partition("content-length:")[2].partition("\r\n")[0]))
        return status, content


@asynccontextmanager
async def connect(port: int) -> AsyncIterator[Connection]:
    connection = await Connection.open(port)
    try:
        yield connection
    finally:
        await connection.close()
