"""Trials of what the ecosystem offers: a worker with one thing changed against ours, by processor time for a journey.

Both workers have the same servers, and take turns. `XUANHAO_BENCH_PYTHON` names interpreters with our packages, and
`XUANHAO_BENCH_PRELOAD` libraries that replace the allocator, each separated by colons; without them these trials are
left out.
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from statistics import median

from bench.figures import Figure, Pair, Seconds, cost
from bench.journeys import make_journeys, real_journey
from bench.processor_time import seconds_by_process
from bench.sizes import Sizes
from bench.stack import Stack
from bench.varied import VARIATIONS
from embedded.managed_process import ManagedProcess
from embedded.programs import ROOT, Worker

PYTHONS, ALLOCATORS = "XUANHAO_BENCH_PYTHON", "XUANHAO_BENCH_PRELOAD"
AFTER_ALL_S = 0.2
"""Streams and the index are brought up to date after the answer."""

NUMBERS = count(1)
Spent = Mapping[str, Seconds]
"""By process."""


@dataclass(frozen=True)
class Trial:
    """What is changed for the worker."""

    name: str
    variation: str = "nothing"
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=dict)


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    figures = []
    for trial in trials(os.environ):
        if sizes.trials is None or trial.name in sizes.trials:
            figures.append(await try_out(stack, trial, sizes))
            sys.stderr.write(f"{' | '.join(figures[-1].cells())}\n")
    return figures


def trials(environment: Mapping[str, str]) -> Sequence[Trial]:
    """All of them that this machine can make."""
    pythons = environment.get(PYTHONS, "").split(":")
    allocators = environment.get(ALLOCATORS, "").split(":")
    return [
        *(Trial(name, variation=name) for name in VARIATIONS),
        Trial("PYTHONOPTIMIZE=1", environment={"PYTHONOPTIMIZE": "1"}),
        *(Trial(f"the interpreter {path}", python=path) for path in pythons if path),
        *(
            Trial(f"the allocator {Path(path).name}", environment={"LD_PRELOAD": path, "PYTHONMALLOC": "malloc"})
            for path in allocators
            if path
        ),
    ]


async def try_out(stack: Stack, trial: Trial, sizes: Sizes) -> Figure:
    """Whole journeys with the worker of the trial against ours."""
    async with AsyncExitStack() as running:
        sides = []
        for one in (trial, Trial("ours")):
            # The queue is part of the name of a log, and a trial's name may be a path.
            side = replace(stack, settings=stack.settings.model_copy(update={"task_queue": f"trial-{next(NUMBERS)}"}))
            worker = VariedWorker(side, one)
            await worker.bring_up()
            running.push_async_callback(worker.stop)
            sides.append((side, worker))
            await make_journeys(side, real_journey, many=sizes.at_once, at_once=sizes.at_once)()
        spent: list[list[Spent]] = [[], []]
        for number in range(sizes.pairs):
            # In turn ours is the first or the second, because the second finds fuller tables.
            for place in ((0, 1), (1, 0))[number % 2]:
                spent[place].append(await processor_time(*sides[place], sizes))
    return in_all_processes(trial.name, [Pair(*map(total, both)) for both in zip(*spent, strict=True)], spent)


def in_all_processes(name: str, pairs: Sequence[Pair], spent: Sequence[Sequence[Spent]]) -> Figure:
    """The times in all processes, and beside them the share of the worker, which varies less."""
    figure = cost(f"{name}: processor time of a journey against ours", pairs, None)
    theirs, ours = (median(each["worker"] for each in side) for side in spent)
    return replace(figure, detail=f"{figure.detail}; the worker alone {theirs / ours if ours else 0:.2f}")


def total(spent: Spent) -> Seconds:
    return sum(spent.values())


async def processor_time(side: Stack, worker: "VariedWorker", sizes: Sizes) -> Spent:
    """Of a journey in each process: client, worker and servers."""
    before = seconds_by_process({"worker": worker})
    await make_journeys(side, real_journey, many=sizes.journeys_together, at_once=sizes.at_once)()
    await asyncio.sleep(AFTER_ALL_S)
    after = seconds_by_process({"worker": worker})
    return {name: (seconds - before.get(name, 0.0)) / sizes.journeys_together for name, seconds in after.items()}


class VariedWorker(Worker):
    """A worker on the side's queue, started with one thing changed."""

    def __init__(self, side: Stack, trial: Trial) -> None:
        queue = side.settings.task_queue
        environment = {**side.environment, "XUANHAO_TASK_QUEUE": queue, **trial.environment}
        super().__init__(side.folder, environment, temporal=side.settings.temporal_address, task_queue=queue)
        self.name = f"worker-{queue}"
        self._trial = trial

    async def _launch(self, log: Path) -> ManagedProcess:
        command = [self._trial.python, "-m", "bench.varied", self._trial.variation, "worker"]
        return await ManagedProcess.start(command, log=log, environment=self._environment, folder=ROOT)
