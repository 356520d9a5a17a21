"""Processor time of a whole journey in all processes, beside waiting vehicles and old rows and beside hardly any.

Each side has its own servers, API and worker, with the configuration of `make run`, and both take turns. The client is
not counted. Maintenance is paused meanwhile: other rows have its steps.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import psutil

from bench.figures import Figure, Pair, Seconds, cost
from bench.growth_rows import (
    add_acts,
    add_decisions_and_draws,
    add_preselections,
    add_waiting,
    prepare,
    settle,
)
from bench.processor_time import processor_seconds
from bench.sizes import Sizes
from bench.stack import Stack, running_servers
from bench.trials import AFTER_ALL_S
from bench.whole_journeys import Travellers
from config.settings import POLICY_PREFIX
from embedded.part import Part
from embedded.programs import run_once
from embedded.temporal import DYNAMIC_CONFIG
from workflows.maintenance.schedule import SCHEDULE_ID

MOST = 1.1
FEW = 1_000
AT_ONCE = 4
POLICY = {
    # No countdown delays an act, and the limits of a phone are not reached.
    **dict.fromkeys(("CONFIRM_DELAY", "CODE_RESEND"), "PT0S"),
    **dict.fromkeys(("BATCH_TTL", "CANDIDATE_TTL", "CANDIDATE_TTL_CAP"), "PT1H"),
    **dict.fromkeys(("CODES_PER_HOUR", "CODES_PER_DAY", "WRITES_PER_MINUTE"), "1000000"),
}
Spent = Mapping[str, Seconds]
"""By program."""


@dataclass
class Side:
    """Programs with their own servers, and how many rows were made."""

    stack: Stack
    programs: Mapping[str, Part]
    travellers: Travellers
    waiting: int = 0
    ended: int = 0

    async def grow(self, waiting: int, ended: int) -> None:
        """Add rows until so many are waiting and ended, with as many acts, decisions and draws as were ended first."""
        owned = self.stack.owner_url
        if not self.ended:
            await prepare(self.stack.repositories)
        if ended > self.ended:
            await add_preselections(self.stack, owned, self.ended, ended)
        await add_waiting(self.stack, owned, self.waiting, waiting)
        if not self.ended:
            await add_acts(owned, 0, ended)
            await add_decisions_and_draws(owned, ended)
        await settle(owned)
        self.waiting, self.ended = waiting, ended

    async def spend(self, journeys: int) -> Spent:
        """Processor time of a journey, by program."""
        before = self._spent()
        await self.travellers.travel(journeys, AT_ONCE)
        await asyncio.sleep(AFTER_ALL_S)
        after = self._spent()
        return {name: (after[name] - before[name]) / journeys for name in after}

    def _spent(self) -> Spent:
        return {name: _of_tree(part.pid) for name, part in self.programs.items()}


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    figures, root = [], stack.folder.root
    async with _side(root / "journeys-empty") as empty, _side(root / "journeys-full") as full:
        await empty.grow(0, FEW)
        for waiting, ended in sizes.growth_of_journeys:
            await full.grow(waiting, ended)
            figures.append(await _compare(full, empty, sizes))
            sys.stderr.write(f"{' | '.join(figures[-1].cells())}\n")
    return figures


async def _compare(full: Side, empty: Side, sizes: Sizes) -> Figure:
    many, spent = sizes.growth_journeys, list[tuple[Spent, Spent]]()
    for side in (full, empty):
        await side.travellers.travel(AT_ONCE, AT_ONCE)
    for number in range(sizes.pairs):
        # In turn either is first.
        if number % 2:
            of_empty, of_full = await empty.spend(many), await full.spend(many)
        else:
            of_full, of_empty = await full.spend(many), await empty.spend(many)
        spent.append((of_full, of_empty))
    what = f"processor time of a whole journey over REST, {full.waiting:,} waiting, {full.ended:,} ended"
    figure = cost(
        f"{what}, against none waiting and {FEW:,} of each",
        [Pair(sum(of_full.values()), sum(of_empty.values())) for of_full, of_empty in spent],
        MOST,
    )
    return replace(figure, detail=f"{figure.detail}; {_by_program(spent)}")


def _by_program(spent: list[tuple[Spent, Spent]]) -> str:
    """The median milliseconds of each program, on both sides."""
    parts = []
    for name in spent[0][0]:
        full, empty = (1000 * median(pair[place][name] for pair in spent) for place in (0, 1))
        parts.append(f"{name} {full:.1f} against {empty:.1f}")
    return ", ".join(parts)


def _of_tree(pid: int) -> Seconds:
    """The time of a program with its children."""
    children = psutil.Process(pid).children(recursive=True)
    return processor_seconds(pid) + sum(processor_seconds(child.pid) for child in children)


@asynccontextmanager
async def _side(root: Path) -> AsyncIterator[Side]:
    async with running_servers(root, DYNAMIC_CONFIG) as (servers, own):
        environment = {**own.environment, **{f"{POLICY_PREFIX}{name}": text for name, text in POLICY.items()}}
        stack = replace(own, environment=environment)
        await run_once(stack.folder, "demo.seed", environment)
        async with stack.worker() as worker, stack.api() as api:
            await stack.client.get_schedule_handle(SCHEDULE_ID).pause()
            servers_by_name: Mapping[str, Part] = {part.name: part for part in servers.all}
            yield Side(stack, {"worker": worker, "api": api, **servers_by_name}, Travellers(stack))
