"""`python -m embedded`: runs the whole system in the foreground until Ctrl-C or SIGTERM. `make run` calls it."""

import asyncio
import os
import signal
from argparse import ArgumentParser, Namespace

from config.settings import RunSettings, SettingsError
from embedded.problems import StartProblem
from embedded.supervisor import report_problem, serve
from process.exit import leave

LOOK_FOR_PARENT_EVERY_S = 0.25


async def serve_until_stopped(settings: RunSettings, *, parent: int | None) -> None:
    """`parent`: the id of the process that started us (make); also stop when it has ended."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    stopping = asyncio.create_task(stopped.wait())
    orphaned = asyncio.create_task(wait_for_end_of_parent(parent))
    serving = asyncio.create_task(serve(settings))
    await asyncio.wait({serving, stopping, orphaned}, return_when=asyncio.FIRST_COMPLETED)
    for task in (serving, stopping, orphaned):
        task.cancel()
    outcomes = await asyncio.gather(serving, stopping, orphaned, return_exceptions=True)
    if isinstance(outcomes[0], Exception):
        raise outcomes[0]


async def wait_for_end_of_parent(parent: int | None) -> None:
    """Return once we are no longer its child; at once if it had ended before this call."""
    while parent is None or os.getppid() == parent:  # noqa: ASYNC110 - there is no event for it on every system.
        await asyncio.sleep(LOOK_FOR_PARENT_EVERY_S)


def parse_arguments() -> Namespace:
    parser = ArgumentParser("embedded", description="The whole system in the foreground.")
    parser.add_argument("--with-parent", type=int, metavar="PID", help="also stop when this parent is gone")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    try:
        settings = RunSettings.from_environment()
    except SettingsError as problem:
        report_problem(str(problem))
        return 2
    try:
        asyncio.run(serve_until_stopped(settings, parent=arguments.with_parent))
    except StartProblem as problem:
        report_problem(str(problem))
        return 1
    except OSError as problem:
        report_problem(f"{problem.filename or settings.data_dir} can't be used: {problem.strerror}")
        return 1
    return 0


if __name__ == "__main__":
    leave(main())
