"""A process with all its descendants: sends signals to all of them, and freezes them."""

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

LONGEST_HALT_S = 5.0


def send_to_family(pid: int, how: signal.Signals) -> None:
    """Send a signal to the process and all its descendants; it is not an error if some have ended."""
    for member in _family(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            member.send_signal(how)


def freeze(pid: int) -> None:
    """Stop the process and all its descendants (SIGSTOP), until SIGCONT.

    All are stopped when this returns: on several processors each thread receives the signal a little later.
    """
    send_to_family(pid, signal.SIGSTOP)
    until = time.monotonic() + LONGEST_HALT_S
    while not _all_stand(pid) and time.monotonic() < until:
        time.sleep(0.001)


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    freeze(pid)
    try:
        yield
    finally:
        send_to_family(pid, signal.SIGCONT)


def _family(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        eldest = psutil.Process(pid)
        return [eldest, *eldest.children(recursive=True)]
    return []


def _all_stand(pid: int) -> bool:
    """Whether all are stopped; on Linux, including every thread."""
    # A thread or a helper may end during the check.
    with contextlib.suppress(OSError, psutil.Error):
        family = _family(pid)
        tasks = [task for member in family for task in Path("/proc", str(member.pid), "task").glob("*/stat")]
        if not tasks:
            return all(member.status() == psutil.STATUS_STOPPED for member in family)
        # The state follows the program's name, which is in brackets and may contain any character.
        return all(task.read_text("utf-8", "replace").rpartition(")")[2].split()[0] in "TZ" for task in tasks)
    return False
