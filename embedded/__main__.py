"""`python -m embedded`: the whole system in the foreground until Ctrl-C or SIGTERM. `make run` calls it."""

import asyncio
import os
import signal
import sys

from embedded.problems import StartProblem
from embedded.supervisor import say, serve
from runtime.exit import leave
from runtime.settings import RunSettings, SettingsError

LOOK_FOR_PARENT_EVERY_S = 0.25
WITH_PARENT = "--with-parent"


async def serve_until_told_to_stop(settings: RunSettings, *, with_parent: bool) -> None:
    """`with_parent`: also stop when the process that started us (make) is gone."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    stopping = asyncio.create_task(told.wait())
    orphaned = asyncio.create_task(parent_has_ended(watched=with_parent))
    serving = asyncio.create_task(serve(settings))
    await asyncio.wait({serving, stopping, orphaned}, return_when=asyncio.FIRST_COMPLETED)
    for task in (serving, stopping, orphaned):
        task.cancel()
    outcomes = await asyncio.gather(serving, stopping, orphaned, return_exceptions=True)
    if isinstance(outcomes[0], Exception):
        raise outcomes[0]


async def parent_has_ended(*, watched: bool) -> None:
    parent = os.getppid()
    while not watched or os.getppid() == parent:  # noqa: ASYNC110 - nothing announces it on every system.
        await asyncio.sleep(LOOK_FOR_PARENT_EVERY_S)


def main() -> int:
    try:
        settings = RunSettings.from_environment()
    except SettingsError as problem:
        say(str(problem))
        return 2
    try:
        asyncio.run(serve_until_told_to_stop(settings, with_parent=WITH_PARENT in sys.argv[1:]))
    except StartProblem as problem:
        say(str(problem))
        return 1
    except OSError as problem:
        say(f"{problem.filename or settings.data_dir} can't be used: {problem.strerror}")
        return 1
    return 0


if __name__ == "__main__":
    leave(main())
