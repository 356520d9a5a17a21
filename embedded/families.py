"""A process with all its descendants: signals to all of them, and stopping them where they stand."""

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

LONGEST_HALT_S = 5.0


def send_to_family(pid: int, how: signal.Signals) -> None:
    """Send a signal to the process and all its descendants; those that have ended are no error."""
    for member in _family(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            member.send_signal(how)


def freeze(pid: int) -> None:
    """Stop the process and all its descendants where they are (SIGSTOP), until SIGCONT.

    All stand when this returns: on several processors each thread takes a moment to hear of it.
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
    """Whether all are stopped; on Linux, with every thread of theirs."""
    # A thread or a helper may end while it is looked at.
    with contextlib.suppress(OSError, psutil.Error):
        family = _family(pid)
        tasks = [task for member in family for task in Path("/proc", str(member.pid), "task").glob("*/stat")]
        if not tasks:
            return all(member.status() == psutil.STATUS_STOPPED for member in family)
        # The state follows the program's name, which stands in brackets and may hold any character.
        return all(task.read_text("utf-8", "replace").rpartition(")")[2].split()[0] in "TZ" for task in tasks)
    return False
