"""All three servers in one folder. They do not depend on each other, so they start and stop in parallel."""

import asyncio
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Self

from embedded.folders import DataFolder
from embedded.part import Part
from embedded.postgres import Postgres
from embedded.problems import StartProblem
from embedded.temporal import DYNAMIC_CONFIG, Temporal
from embedded.valkey import Valkey


class Servers:
    """Started, and ready, inside `async with`; stopped at its end. Enter it while the folder is locked."""

    def __init__(self, postgres: Postgres, valkey: Valkey, temporal: Temporal) -> None:
        self.postgres = postgres
        self.valkey = valkey
        self.temporal = temporal

    @classmethod
    def in_folder(
        cls,
        folder: DataFolder,
        *,
        temporal_port: int,
        temporal_ui_port: int | None = None,
        temporal_ui_hosts: Collection[str] = (),
        dynamic_config: Mapping[str, str] = DYNAMIC_CONFIG,
    ) -> "Servers":
        temporal = Temporal(
            folder,
            port=temporal_port,
            ui_port=temporal_ui_port,
            ui_hosts=temporal_ui_hosts,
            dynamic_config=dynamic_config,
        )
        return cls(Postgres(folder), Valkey(folder), temporal)

    @property
    def all(self) -> tuple[Part, ...]:
        return (self.temporal, self.valkey, self.postgres)

    async def __aenter__(self) -> Self:
        try:
            await self._bring_up()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _bring_up(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for server in self.all:
                    tasks.create_task(server.bring_up())
        except ExceptionGroup as problems:
            only = problems.subgroup(StartProblem)
            if only is None:
                raise
            # One line is enough: for example, a full disk stops all of them.
            raise only.exceptions[0] from None

    async def _stop(self) -> None:
        await asyncio.gather(*(server.stop() for server in self.all))
