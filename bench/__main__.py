"""`python -m bench [ROW …]`: measures, and prints the ratios with their targets.

Every figure is a ratio of two implementations that alternate in one run, so that it is comparable between fast and slow
machines. A missed target is marked and does not change the exit code.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import uvloop

from bench import (
    desk,
    draws,
    functions,
    goodput,
    growth,
    journeys,
    maintenance,
    peers,
    requests,
    rivals,
    temporal_config,
    trials,
    waiting,
)
from bench.figures import Figure, table
from bench.machine import log_to, machine
from bench.sizes import Sizes
from bench.stack import Stack, running_stack
from process.exit import leave

Row = Callable[[Stack, Sizes], Awaitable[list[Figure]]]
ROWS: dict[str, Row] = {
    "journeys": journeys.measure,
    "temporal": temporal_config.measure,
    "peers": peers.measure,
    "requests": requests.measure,
    "functions": functions.measure,
    "goodput": goodput.measure,
    "rivals": rivals.measure,
    "maintenance": maintenance.measure,
    "desk": desk.measure,
    "growth": growth.measure,
    "waiting": waiting.measure,
    "trials": trials.measure,
    # It fills the table of claims, so it is last.
    "draws": draws.measure,
}
ONLY_WHEN_NAMED = {"trials"}
"""They compare what we did not choose, and take long."""


async def measure_rows(root: Path, names: Sequence[str], sizes: Sizes) -> list[Figure]:
    """The figures of these rows, each printed as soon as it is known."""
    figures: list[Figure] = []
    async with running_stack(root) as stack:
        for name in names:
            sys.stderr.write(f"measuring {name} …\n")
            figures += await ROWS[name](stack, sizes)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which of {', '.join(ROWS)}; default: all but trials")
    parser.add_argument("--pairs", type=int, default=Sizes.pairs, help="how often both sides alternate")
    parser.add_argument("--claims", type=int, default=Sizes.claims, help="claims in the table, for the draws")
    parser.add_argument("--waiting", type=int, default=Sizes.waiting, help="vehicles that wait in Temporal, at most")
    parser.add_argument("--minutes", type=float, default=Sizes.minutes, help="the longest time for starting them")
    given = parser.parse_args()
    unknown = set(given.rows) - ROWS.keys()
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    names = [name for name in ROWS if name in (given.rows or ROWS.keys() - ONLY_WHEN_NAMED)]
    sizes = replace(Sizes(), **{name: value for name, value in vars(given).items() if name != "rows"})
    folders = tempfile.TemporaryDirectory(prefix="xuanhao-bench-")
    with folders as folder, Path(os.devnull).open("w") as nowhere:
        log_to(nowhere)
        # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
        Path(folder).chmod(0o711)
        figures = uvloop.run(measure_rows(Path(folder) / "data", names, sizes))
    sys.stdout.write(f"{table(figures)}\n\n{machine()}\n")


if __name__ == "__main__":
    main()
    leave(0)
