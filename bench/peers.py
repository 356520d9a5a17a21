"""The journey against the same one on DBOS Transact, where that is installed (`pip install '.[peers]'`)."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec

from sqlalchemy import make_url

from bench.figures import Figure, Half, Seconds, Target, by_turns, speed
from bench.journeys import make_journeys, real_journey
from bench.sizes import Sizes
from bench.stack import Stack
from embedded.programs import ROOT

FASTEST = 2.0
NAME = "whole journeys, {} at once, against DBOS Transact"
# What a process of bench/dbos_journey.py finds in its environment: its own database, and the one with the real rows.
SYSTEM_DATABASE = "XUANHAO_BENCH_DBOS"
DATABASE = "XUANHAO_BENCH_DATABASE"
# DBOS's name of the variable that distinguishes its processes.
EXECUTOR = "DBOS__VMID"


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    at_once = (sizes.at_once, 2 * sizes.at_once)
    if find_spec("dbos") is None:
        aim = Target("at least", FASTEST)
        return [Figure(NAME.format(number), [], aim, "not installed") for number in at_once]
    async with stack.worker():
        async with dbos(stack, processes=1) as one:
            figures = [await _race(stack, sizes, one, number, FASTEST) for number in at_once]
        # Our journeys use every core, and one process of Python does not.
        async with dbos(stack, processes=os.cpu_count() or 1) as all_cores:
            return [*figures, await _race(stack, sizes, all_cores, sizes.at_once, None)]


async def _race(stack: Stack, sizes: Sizes, processes: list[Process], at_once: int, target: float | None) -> Figure:
    many = sizes.journeys_together
    ours = make_journeys(stack, real_journey, many=many, at_once=at_once)
    theirs = make_dbos_journeys(processes, many=many, at_once=at_once)
    await make_journeys(stack, real_journey, many=at_once, at_once=at_once)()
    await make_dbos_journeys(processes, many=at_once, at_once=at_once)()
    what = NAME.format(at_once) + (f" in {len(processes)} processes" if len(processes) > 1 else "")
    return speed(what, await by_turns(ours, theirs, sizes.pairs), target, unit="journeys")


def make_dbos_journeys(processes: list[Process], *, many: int, at_once: int) -> Half:
    """So many journeys, shared out among the processes."""

    async def half() -> Seconds:
        share = f"{many // len(processes)} {at_once // len(processes)}\n".encode()
        seconds = await asyncio.gather(*(_ask(process, share) for process in processes))
        return max(seconds) / len(processes)

    return half


async def _ask(process: Process, request: bytes) -> Seconds:
    assert process.stdin
    assert process.stdout
    process.stdin.write(request)
    return float(await process.stdout.readline())


@asynccontextmanager
async def dbos(stack: Stack, *, processes: int) -> AsyncIterator[list[Process]]:
    """So many processes of bench/dbos_journey.py on one database, which the first of them makes."""
    system_database = make_url(stack.owner_url).set(drivername="postgresql", database=f"dbos_{processes}")
    environment = {
        **stack.environment,
        SYSTEM_DATABASE: system_database.render_as_string(hide_password=False),
        DATABASE: stack.settings.database_url.replace("postgresql+psycopg:", "postgresql:", 1),
    }
    async with AsyncExitStack() as running:
        yield [
            await running.enter_async_context(_process(stack, {**environment, EXECUTOR: f"bench-{number}"}))
            for number in range(processes)
        ]


@asynccontextmanager
async def _process(stack: Stack, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """One process, once it says that it is ready; it ends with its input."""
    with stack.folder.log("dbos").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.dbos_journey"),
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
