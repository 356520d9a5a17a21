"""`python -m tests.scenarios.fault_injection.jumping_program FILE MODULE`: a program of ours whose clock can be moved.

FILE has the seconds by which its clock is ahead of the machine's, and may change at any time. Without a file it is
right.
"""

import runpy
import sys
from datetime import datetime, timedelta
from pathlib import Path

from process import clock


def move_clock(file: Path) -> None:
    """Every module that is imported after this reads the moved clock."""
    read_machine = clock.system_clock

    def read() -> datetime:
        return read_machine() + ahead_by(file)

    clock.system_clock = read


def ahead_by(file: Path) -> timedelta:
    try:
        return timedelta(seconds=float(file.read_text() or 0))
    except FileNotFoundError:
        return timedelta(0)


def jump(file: Path, seconds: float) -> None:
    """In one step, so that no reading sees half a number."""
    new = file.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(file)


def main() -> None:
    file, module = Path(sys.argv[1]), sys.argv[2]
    move_clock(file)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
