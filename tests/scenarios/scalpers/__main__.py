"""`python -m tests.scenarios.scalpers`: what scripts gain at an hour of release, with and without each control.

With `--real` a small opening is played against the real stack, and beside it in the model.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from process.exit import leave
from tests.scenarios.scalpers.opening import BUDGETS, Opening, real_opening
from tests.scenarios.scalpers.simulation import ALL, CASES, Crowd, advantage

_MODEL_RUNS = 400


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.scalpers", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", type=int, metavar="OPENINGS", default=0, help="openings of the real stack")
    given = parser.parse_args()
    if given.real:
        with tempfile.TemporaryDirectory(prefix="xuanhao-opening-") as folder:
            # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
            Path(folder).chmod(0o711)
            show_real(asyncio.run(play_openings(Path(folder), given.real, given.seed)), given.seed)
        return 0
    sys.stdout.write(
        "| controls | a script's success against an honest person's | scripted | honest |\n| --- | --- | --- | --- |\n"
    )
    for name, controls in CASES.items():
        ratio, scripted, honest = advantage(Crowd(), controls, runs=given.runs, seed=given.seed)
        sys.stdout.write(f"| {name} | {ratio:.2f} | {scripted:.1%} | {honest:.1%} |\n")
        sys.stdout.flush()
    return 0


async def play_openings(folder: Path, count: int, seed: int) -> list[Opening]:
    """Each on its own stack."""
    played = []
    for number in range(count):
        async with real_opening(folder / str(number), BUDGETS, seed + number) as opening:
            await opening.play()
        played.append(opening)
    return played


def show_real(openings: Sequence[Opening], seed: int) -> None:
    """Success by budget, and scripted against honest beside the model of the same crowd."""
    sys.stdout.write("| who | accounts | with a wanted number |\n| --- | --- | --- |\n")
    players = [player for opening in openings for player in opening.players]
    for budget in BUDGETS:
        own = [player for player in players if player.budget == budget]
        won = sum(player.has_won for player in own)
        sys.stdout.write(f"| {budget.name} | {len(own)} | {won} ({won / len(own):.0%}) |\n")
    scripted, honest = (sum(each.success(kind) for each in openings) / len(openings) for kind in ("scripted", "honest"))
    modelled = advantage(openings[0].as_crowd(), ALL, runs=_MODEL_RUNS, seed=seed)
    ratio = scripted / honest if honest else float("inf")
    sys.stdout.write(f"scripted : honest {ratio:.2f} ({scripted:.1%} : {honest:.1%}), ")
    sys.stdout.write(f"in the model {modelled[0]:.2f} ({modelled[1]:.1%} : {modelled[2]:.1%}); ")
    sys.stdout.write(f"{openings[0].seconds:.0f} s, {openings[0].as_crowd().capacity:.0f} acts a second\n")


if __name__ == "__main__":
    leave(main())
