"""`python -m cli`, or `bin/xuanhao`: one command."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from cyclopts import CycloptsError

from cli.app import parse
from process.exit import leave
from process.garbage import pause_collection

WRONG = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0: done. 1: refused, nothing found, or a part is down. 2: not a command that can be carried out."""
    with pause_collection():
        try:
            invocation = parse(arguments)
        except CycloptsError as problem:
            sys.stderr.write(f"xuanhao: {problem}\n")
            return WRONG
        if invocation is None:
            return 0
        if not invocation.contexts:
            # It needs no connections of ours, and may be a program that runs for long.
            return int(invocation.call() or 0)
        # What works on the installation is imported late: help and wrong words must not wait for it.
        from cli.execution import execute  # noqa: PLC0415

    return execute(invocation)


def run() -> NoReturn:
    """The program: it may have used Temporal's SDK, so it ends as `process.exit` says."""
    leave(main())


if __name__ == "__main__":
    run()
