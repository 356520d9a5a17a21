"""`python -m bench.temporal_trials KEY=JSON[;KEY=JSON …] …`: try dynamic configurations against Temporal's defaults.

Each argument is one trial, which has its own server. docs/figures.md has the results.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import uvloop

from bench.figures import Figure, by_turns, cost, table
from bench.machine import log_to, machine
from bench.sizes import Sizes
from bench.stack import Stack, running_stack
from bench.temporal_config import DEFAULTS, alone_on, together_on
from embedded.temporal import DYNAMIC_CONFIG
from process.exit import leave


async def run_trials(root: Path, trials: Sequence[str], base: Mapping[str, str], sizes: Sizes) -> list[Figure]:
    figures: list[Figure] = []
    async with running_stack(root / "defaults", base) as old, old.worker():
        for number, trial in enumerate(trials):
            sys.stderr.write(f"trying {trial} …\n")
            async with running_stack(root / f"trial-{number}", {**base, **parse_trial(trial)}) as new, new.worker():
                figures += await _compare(trial, new, old, sizes)
    return figures


async def _compare(trial: str, new: Stack, old: Stack, sizes: Sizes) -> list[Figure]:
    alone = await by_turns(alone_on(new, sizes), alone_on(old, sizes), sizes.pairs)
    together = await by_turns(together_on(new, sizes), together_on(old, sizes), sizes.pairs)
    return [cost(f"{trial}: one at a time", alone, None), cost(f"{trial}: {sizes.at_once} at once", together, None)]


def parse_trial(trial: str) -> Mapping[str, str]:
    pairs = (word.partition("=") for word in trial.split(";"))
    return {key: value for key, _, value in pairs}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.temporal_trials", description=__doc__)
    parser.add_argument("trials", nargs="+", metavar="KEY=JSON[;KEY=JSON …]")
    parser.add_argument("--on-ours", action="store_true", help="on top of the embedded configuration, and against it")
    parser.add_argument("--pairs", type=int, default=Sizes.pairs, help="how often both sides take their turn")
    given = parser.parse_args()
    folders = tempfile.TemporaryDirectory(prefix="xuanhao-bench-")
    with folders as folder, Path(os.devnull).open("w") as nowhere:
        log_to(nowhere)
        Path(folder).chmod(0o711)
        base = DYNAMIC_CONFIG if given.on_ours else DEFAULTS
        figures = uvloop.run(run_trials(Path(folder), given.trials, base, Sizes(pairs=given.pairs)))
    sys.stdout.write(f"{table(figures)}\n\n{machine()}\n")


if __name__ == "__main__":
    main()
    leave(0)
