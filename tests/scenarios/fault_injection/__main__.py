"""`python -m tests.scenarios.fault_injection`: random faults under simulated people, then every promise is checked.

The exit code is 1 if a promise was broken.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from bench.machine import machine
from bench.pages import write_section
from embedded.programs import ROOT
from process.exit import leave
from tests.scenarios.fault_injection.run import Plan, run

PAGE = ROOT / "docs" / "faults.md"
MINUTE_S = timedelta(minutes=1).total_seconds()


def show(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.fault_injection", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument(
        "--faults", type=int, default=1000, help="so many, evenly over the time; late ones may take half as long again"
    )
    parser.add_argument("--lanes", type=int, default=6, help="so many at a time")
    parser.add_argument("--write", action="store_true", help="write the report into docs/faults.md")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="replays the choices of a run")
    parser.add_argument("--keep", type=Path, help="a new folder for data, logs and calls, which is kept")
    given = parser.parse_args()
    seconds = given.minutes * MINUTE_S
    plan = Plan(
        given.seed, seconds, given.faults, longest_freeze_s=60, settle_s=90, lanes=given.lanes, overtime_s=seconds / 2
    )
    show(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="xuanhao-faults-") as folder:
        # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
        Path(folder).chmod(0o711)
        report = asyncio.run(run(plan, given.keep or Path(folder) / "data", show))
    sys.stdout.write(f"{report.markdown()}\n")
    if given.write:
        write_section(PAGE, "faults", f"{machine()}.\n\n{report.markdown()}")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    leave(main())
