"""`python -m tests.scenarios.scalpers`: what scripts gain at an hour of release, with and without each control."""

import argparse
import sys

from process.exit import leave
from tests.scenarios.scalpers.simulation import CASES, Crowd, advantage


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.scalpers", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.stdout.write(
        "| controls | a script's success against an honest person's | scripted | honest |\n| --- | --- | --- | --- |\n"
    )
    for name, controls in CASES.items():
        ratio, scripted, honest = advantage(Crowd(), controls, runs=given.runs, seed=given.seed)
        sys.stdout.write(f"| {name} | {ratio:.2f} | {scripted:.1%} | {honest:.1%} |\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    leave(main())
