"""Valkey servers of single tests, on ports of the loopback, with options: refusing, replicated, clustered, with TLS."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import redis.asyncio

from embedded.binaries import valkey_program
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.part import Part
from embedded.ports import HOST, free_port


class TcpValkey(Part):
    """A server on a port. `folder` has its own files; `options` are those of the program."""

    stop_timeout_s = 2.0

    def __init__(self, data: DataFolder, folder: Path, *options: str) -> None:
        super().__init__(data)
        self.port = free_port()
        self.bus_port = free_port()
        self.name = f"valkey-{self.port}"
        self.directory = folder / self.name
        self.options = options

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}"

    async def call(self, *command: str | int) -> object:
        """The reply to one command of an administrator."""
        async with redis.asyncio.from_url(self.url) as client:
            # redis-py has no types for this method.
            reply: object = await client.execute_command(*map(str, command))  # type: ignore[no-untyped-call]
            return reply

    async def _launch(self, log: Path) -> ManagedProcess:
        self.directory.mkdir(exist_ok=True)
        return await ManagedProcess.start(
            [
                *(valkey_program(), "--port", str(self.port), "--bind", HOST, "--dir", self.directory),
                *("--save", "", "--appendonly", "no", "--cluster-port", str(self.bus_port), *self.options),
            ],
            log=log,
            folder=self.directory,
        )

    async def _is_ready(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(HOST, self.port)
        except OSError:
            return False
        writer.write(b"PING\r\n")
        answer = await reader.readline()
        writer.close()
        return bool(answer)


@asynccontextmanager
async def running_valkey(data: DataFolder, folder: Path, *options: str) -> AsyncIterator[TcpValkey]:
    server = TcpValkey(data, folder, *options)
    await server.bring_up()
    try:
        yield server
    finally:
        await server.stop()
