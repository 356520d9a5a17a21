"""`python -m tests.scenarios.years`: years of the service in skipped time, then every promise is checked.

The exit code is 1 if a promise was broken.
"""

import argparse
import logging
import secrets
import sys
import tempfile
from pathlib import Path

import structlog
import uvloop

from bench.machine import machine
from bench.pages import write_section
from embedded.programs import ROOT
from process.exit import leave
from tests.scenarios.years.run import Plan, YearsReport, run
from tests.scenarios.years.system import own_system

PAGE = ROOT / "docs" / "years.md"


def show(line: str) -> None:
    sys.stderr.write(f"{line}\n")


async def run_alone(plan: Plan, folder: Path) -> YearsReport:
    async with own_system(folder) as system:
        return await run(plan, system, folder / "keys.json", show)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.years", description=__doc__)
    parser.add_argument("--vehicles", type=int, default=3000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--step-days", type=float, default=7, help="time passes in steps of about so many days")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="end after so long, and check then")
    parser.add_argument("--fewer-kinds", action="store_true", help="a short run in which not everything happens")
    parser.add_argument("--write", action="store_true", help="write the report into docs/years.md")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="replays the choices of a run")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    show(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="xuanhao-years-") as folder:
        # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
        Path(folder).chmod(0o711)
        sizes = given.vehicles, given.years, given.step_days, given.minutes
        plan = Plan(given.seed, *sizes, is_whole=not given.fewer_kinds)
        report = uvloop.run(run_alone(plan, Path(folder) / "data"))
    sys.stdout.write(f"{report.markdown()}\n")
    if given.write:
        write_section(PAGE, "years", f"{machine()}.\n\n{report.markdown()}")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    leave(main())
