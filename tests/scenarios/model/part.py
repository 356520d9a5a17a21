"""One part of a long run: a new system, parallel histories, then several processes that use its cars up."""

import asyncio
import json
import random
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from embedded.programs import ROOT
from tests.scenarios.model.histories import gather_rivals, play_histories
from tests.scenarios.model.service import POLICY, USED_CARS
from tests.support.running_stack import RunningStack, run_stack

HISTORIES = 8


@dataclass
class Part:
    """What was played and answered."""

    acts: int = 0
    histories: int = 0
    answers: Counter[str] = field(default_factory=Counter)


async def play_part(folder: Path, seed: str, *, acts: int, players: int) -> Part:
    """Raises `AssertionError` at the first difference."""
    part, rng = Part(), random.Random(seed)
    async with run_stack(RunningStack(folder / "data", POLICY)) as stack:
        async with httpx.AsyncClient(base_url=stack.url, timeout=30) as client:
            # Before the players, who use every other car up.
            rivals = await gather_rivals(client, count=HISTORIES, rng=rng)
            orders = await play_histories(rivals)
        part.histories, part.acts = len(orders), sum(map(len, orders))
        part.answers.update(call.answer for order in orders for call in order)
        (folder / USED_CARS).write_text(json.dumps([vin for each in rivals for vin in each.vins]))
        share = max(1, (acts - part.acts) // players)
        results = await asyncio.gather(
            *(_player(folder, stack.url, number, players, share, rng.randrange(2**32)) for number in range(players))
        )
    for result in results:
        part.acts += result["acts"]
        part.answers.update(result["answers"])
    return part


async def _player(folder: Path, url: str, number: int, of: int, acts: int, seed: int) -> dict[str, Any]:
    options = {"url": url, "number": number, "of": of, "acts": acts, "seed": seed, "folder": folder}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.scenarios.model.player"),
        *(f"--{name}={value}" for name, value in options.items()),
        stdout=PIPE,
        cwd=ROOT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, f"player {number} found a difference; its acts are above"
    result: dict[str, Any] = json.loads(output)
    return result
