"""`python -m tests.scenarios.model`: acts over REST against the model, a million by default.

It raises at the first answer that the model does not give, with the acts that led to it, and with a parallel history
that could not have happened one call after the other.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

import httpx

from process.exit import leave
from tests.scenarios.model.histories import gather_rivals, play_histories
from tests.scenarios.model.run import play
from tests.scenarios.model.service import POLICY, Service
from tests.support.running_stack import RunningStack, run_stack

HISTORIES = 8


async def play_on_a_new_system(folder: Path, acts: int) -> int:
    """About so many acts, or until its cars are used up, then parallel histories; returns how many there were."""
    async with run_stack(RunningStack(folder, POLICY)) as stack:
        with httpx.Client(base_url=stack.url, timeout=30) as http:
            service = Service(http)
            await asyncio.to_thread(service.meet)
            await asyncio.to_thread(lambda: play(service, acts=acts))
        async with httpx.AsyncClient(base_url=stack.url, timeout=30) as client:
            rivals = await gather_rivals(client, count=HISTORIES, rng=random.Random())
            orders = await play_histories(rivals)
        return service.calls + sum(map(len, orders))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.model", description=__doc__.partition("\n")[0])
    parser.add_argument("--acts", type=int, default=1_000_000)
    given = parser.parse_args()
    made = 0
    while made < given.acts:
        with tempfile.TemporaryDirectory(prefix="xuanhao-model-") as folder:
            # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
            Path(folder).chmod(0o711)
            made += asyncio.run(play_on_a_new_system(Path(folder) / "data", given.acts - made))
        sys.stdout.write(f"{made} acts, each answered as by the model\n")
    return 0


if __name__ == "__main__":
    leave(main())
