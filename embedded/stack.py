"""All three servers in one folder. They don't need each other, so they start and stop side by side."""

import asyncio
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from embedded.folders import DataFolder
from embedded.postgres import Postgres
from embedded.problems import StartProblem
from embedded.server import Server
from embedded.temporal import Temporal
from embedded.valkey import Valkey


class Servers:
    """Started, and ready, inside `async with`; stopped in order at its end."""

    def __init__(self, postgres: Postgres, valkey: Valkey, temporal: Temporal) -> None:
        self.postgres = postgres
        self.valkey = valkey
        self.temporal = temporal
        self._held = ExitStack()

    @classmethod
    def in_folder(cls, folder: DataFolder, *, temporal_port: int, temporal_ui_port: int | None = None) -> "Servers":
        temporal = Temporal(folder, port=temporal_port, ui_port=temporal_ui_port)
        return cls(Postgres(folder), Valkey(folder), temporal)

    @property
    def all(self) -> tuple[Server, ...]:
        return (self.temporal, self.valkey, self.postgres)

    async def __aenter__(self) -> Self:
        self._held.enter_context(self.postgres.folder.held())
        try:
            await self._bring_up_all()
        except BaseException:
            await self._stop_all()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop_all()

    async def _bring_up_all(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for server in self.all:
                    tasks.create_task(_bring_up(server))
        except* StartProblem as problems:
            # One line is enough: a full disk, for one, stops them all.
            raise problems.exceptions[0] from None

    async def _stop_all(self) -> None:
        with self._held:
            await asyncio.gather(*(server.stop() for server in self.all))


async def _bring_up(server: Server) -> None:
    await server.start()
    await server.ready()
