"""Valkey servers of single tests, on ports of the loopback: refusing, replicated, clustered, or sentinels."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import redis.asyncio

from embedded.binaries import valkey_program
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.part import Part
from embedded.ports import HOST, free_port
from tests.support.waiting import eventually

SLOTS = 16384


def patient(url: str) -> str:
    """The same server for tests of what is decided: on a busy machine a client waits long instead of giving up."""
    return f"{url}{'&' if '?' in url else '?'}socket_timeout=30&socket_connect_timeout=30"


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


class Sentinel(TcpValkey):
    """The same program as a sentinel, which watches a master and makes its replica the next one."""

    service = "plates"

    async def _launch(self, log: Path) -> ManagedProcess:
        self.directory.mkdir(exist_ok=True)
        settings = self.directory / "sentinel.conf"
        lines = [f"port {self.port}", f"bind {HOST}", f"dir {self.directory}", *self.options]
        settings.write_text("\n".join(lines) + "\n")
        return await ManagedProcess.start([valkey_program(), settings, "--sentinel"], log=log, folder=self.directory)


@asynccontextmanager
async def running_sentinel(data: DataFolder, folder: Path, master: TcpValkey) -> AsyncIterator[Sentinel]:
    """One sentinel that decides alone, after half a second."""
    name = Sentinel.service
    sentinel = Sentinel(
        data,
        folder,
        f"sentinel monitor {name} {HOST} {master.port} 1",
        f"sentinel down-after-milliseconds {name} 500",
        f"sentinel failover-timeout {name} 3000",
    )
    await sentinel.bring_up()
    try:
        yield sentinel
    finally:
        await sentinel.stop()


@asynccontextmanager
async def running_cluster(data: DataFolder, folder: Path, masters: int = 3) -> AsyncIterator[Sequence[TcpValkey]]:
    """A cluster of masters that share all slots."""
    async with AsyncExitStack() as stack:
        nodes = [
            await stack.enter_async_context(running_valkey(data, folder, "--cluster-enabled", "yes"))
            for _ in range(masters)
        ]
        first = nodes[0]
        for number, node in enumerate(nodes):
            begin, end = (SLOTS * place // masters for place in (number, number + 1))
            await node.call("CLUSTER", "ADDSLOTSRANGE", begin, end - 1)
            await node.call("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in nodes[1:]:
            await first.call("CLUSTER", "MEET", HOST, node.port, node.bus_port)

        async def is_whole() -> bool:
            found = [await node.call("CLUSTER", "INFO") for node in nodes]
            return all("cluster_state:ok" in str(info) or _state_of(info) == "ok" for info in found)

        await eventually(is_whole, within=30)
        yield nodes


def _state_of(info: object) -> object:
    return info.get("cluster_state") if isinstance(info, dict) else None
