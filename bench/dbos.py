"""Processes of bench/dbos_journey.py, which share one database and the journeys among them."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bench.figures import Half, Seconds
from bench.stack import Stack
from embedded.programs import ROOT

# What a process finds in its environment: its own database, and the one with the real rows.
SYSTEM_DATABASE = "XUANHAO_BENCH_DBOS"
DATABASE = "XUANHAO_BENCH_DATABASE"
# DBOS's name of the variable that distinguishes its processes.
EXECUTOR = "DBOS__VMID"


@dataclass(frozen=True)
class Dbos:
    processes: list[Process]

    def journeys(self, *, many: int, at_once: int) -> Half:
        """So many journeys, shared out among the processes; one process has at least one at a time."""
        used = self.processes[:at_once]

        async def half() -> Seconds:
            share = f"{many // len(used)} {at_once // len(used)}\n".encode()
            seconds = await asyncio.gather(*(_ask(process, share) for process in used))
            return max(seconds) / len(used)

        return half


async def _ask(process: Process, request: bytes) -> Seconds:
    assert process.stdin
    assert process.stdout
    process.stdin.write(request)
    return float(await process.stdout.readline())


@asynccontextmanager
async def running_dbos(stack: Stack, python: Path, *, processes: int) -> AsyncIterator[Dbos]:
    """The first process makes the database."""
    system_database = make_url(stack.owner_url).set(drivername="postgresql", database=f"dbos_{processes}")
    environment = {
        **stack.environment,
        SYSTEM_DATABASE: system_database.render_as_string(hide_password=False),
        DATABASE: stack.settings.database_url.replace("postgresql+psycopg:", "postgresql:", 1),
    }
    async with AsyncExitStack() as running:
        started = [
            await running.enter_async_context(_process(stack, python, {**environment, EXECUTOR: f"bench-{number}"}))
            for number in range(processes)
        ]
        yield Dbos(started)


@asynccontextmanager
async def _process(stack: Stack, python: Path, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """One process, once it says that it is ready; it ends with its input."""
    with stack.folder.log("dbos").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(str(python), "-m", "bench.dbos_journey"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
            env=environment,
            cwd=ROOT,
        )
    assert process.stdin
    assert process.stdout
    try:
        assert await process.stdout.readline(), f"DBOS did not start; see {stack.folder.log('dbos')}"
        yield process
    finally:
        process.stdin.close()
        await process.wait()
