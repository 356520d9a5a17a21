"""Valkey, compatible with Redis: on a socket in a private folder, without persistence (its data is derived)."""

import asyncio
from pathlib import Path
from urllib.parse import quote

from embedded.binaries import valkey_program
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.part import Part


class Valkey(Part):
    name = "valkey"
    stop_timeout_s = 2.0

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder)
        self._socket = folder.sockets / "valkey" / "valkey.sock"

    def url(self, database: int = 0) -> str:
        """The address of one of the 16 logical databases, for redis-py."""
        return f"unix://{quote(str(self._socket))}?db={database}"

    async def _launch(self, log: Path) -> ManagedProcess:
        self._socket.parent.mkdir(mode=0o700, exist_ok=True)
        return await ManagedProcess.start(
            [
                *(valkey_program(), "--port", "0", "--unixsocket", self._socket, "--unixsocketperm", "700"),
                *("--save", "", "--appendonly", "no", "--daemonize", "no"),
            ],
            log=log,
            folder=self._socket.parent,
        )

    async def _is_ready(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._socket))
        except OSError:
            return False
        try:
            writer.write(b"PING\r\n")
            return await reader.readline() == b"+PONG\r\n"
        except OSError:
            return False
        finally:
            writer.close()
