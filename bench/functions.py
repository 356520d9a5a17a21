"""How many functions of the project one draw passes, and how many it enters, in the API and in the worker.

It passes those that are on the stack when it is handed on: to Temporal, to the activity, to PostgreSQL. It also enters
all that these call: the rules, conversions, hashes, the pool and the view.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, Target
from bench.http_client import connect
from bench.requests import DrawnPreselection, sign_in
from bench.sizes import Sizes
from bench.stack import AT_ONCE, Stack
from embedded.managed_process import ManagedProcess
from embedded.ports import free_port
from embedded.programs import ROOT, Api, Program, Worker

MOST = 26
STARTS = (" main", " run_program")
"""They start a program, so they are on every stack."""
WARM_UP = 3
QUEUE = "counted"
AFTER_ALL_S = 0.3
"""Streams and the index are brought up to date after the answer."""


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    found = await functions_of_a_draw(beside(stack), sizes.counted_draws)
    passed = sum("passed" in line for line in found)
    return [
        Figure("functions that hand a draw on, in the API and the worker", [passed], Target("at most", MOST), digits=0),
        Figure("… all functions of the project that it enters", [len(found) - passed], None, digits=0),
    ]


def beside(stack: Stack) -> Stack:
    """The same with another queue and port: other programs may run."""
    port = free_port()
    ours = {"XUANHAO_HTTP_PORT": str(port), "XUANHAO_TASK_QUEUE": QUEUE}
    settings = stack.settings.model_copy(update={"http_port": port, "task_queue": QUEUE})
    return replace(stack, environment={**stack.environment, **ours}, settings=settings)


async def functions_of_a_draw(stack: Stack, draws: int) -> list[str]:
    """Those of every one of a few draws; what a program does besides is in some of them only."""
    files = {name: stack.folder.root / f"functions-{name}.txt" for name in ("api", "worker")}
    policy = AT_ONCE.with_overrides({"draws": str(WARM_UP + draws + 1)})
    async with run_counted_programs(stack, files), connect(stack.settings.http_port) as api:
        vehicle = await DrawnPreselection.reach(stack, await sign_in(api), policy)
        rounds = []
        for _ in range(WARM_UP):
            await api.post(f"{vehicle.path}/draws", b"{}")
        for _ in range(draws):
            async with note_calls(files):
                await api.post(f"{vehicle.path}/draws", b"{}")
                await asyncio.sleep(AFTER_ALL_S)
            rounds.append({f"{name}: {line}" for name, file in files.items() for line in lines_of(file)})
    return sorted(line for line in set.intersection(*rounds) if not line.endswith(STARTS))


@asynccontextmanager
async def note_calls(files: dict[str, Path]) -> AsyncIterator[None]:
    """Let the programs note their calls, and wait until they have written them."""
    for file in files.values():
        file.with_suffix(".on").touch()
    await asyncio.sleep(AFTER_ALL_S)
    yield
    for file in files.values():
        file.with_suffix(".on").unlink()
    deadline = time.monotonic() + 5
    while not all(file.exists() for file in files.values()):
        assert time.monotonic() < deadline, "the programs write nothing"
        await asyncio.sleep(0.02)


def lines_of(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()


@asynccontextmanager
async def run_counted_programs(stack: Stack, files: dict[str, Path]) -> AsyncIterator[None]:
    """A worker and an API that note their calls."""
    environment, settings = stack.environment, stack.settings
    worker = CountedWorker(
        stack.folder, environment, temporal=settings.temporal_address, task_queue=settings.task_queue
    )
    api = CountedApi(stack.folder, "demo.server", environment, port=settings.http_port)
    worker.file, api.file = files["worker"], files["api"]
    await worker.bring_up()
    await api.bring_up()
    try:
        yield
    finally:
        await api.stop()
        await worker.stop()


class _Counted(Program):
    """Starts the program's module under `bench.counted`."""

    file: Path

    async def _launch(self, log: Path) -> ManagedProcess:
        command = [sys.executable, "-m", "bench.counted", self._module, str(self.file)]
        return await ManagedProcess.start(command, log=log, environment=self._environment, folder=ROOT)


class CountedWorker(_Counted, Worker):
    name = "counted-worker"


class CountedApi(_Counted, Api):
    name = "counted-api"
