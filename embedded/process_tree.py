"""A process with all its descendants: sends signals to all of them, and freezes them."""

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

LONGEST_FREEZE_S = 5.0


def signal_tree(pid: int, how: signal.Signals) -> None:
    """Send a signal to the process and all its descendants; it is not an error if some have ended."""
    for process in _tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(how)


def freeze(pid: int) -> None:
    """Stop the process and all its descendants (SIGSTOP), until SIGCONT.

    All are stopped when this returns: on several processors each thread receives the signal a little later.
    """
    signal_tree(pid, signal.SIGSTOP)
    until = time.monotonic() + LONGEST_FREEZE_S
    while not _are_all_stopped(pid) and time.monotonic() < until:
        time.sleep(0.001)


@contextlib.contextmanager
def temporary_freeze(pid: int) -> Iterator[None]:
    freeze(pid)
    try:
        yield
    finally:
        signal_tree(pid, signal.SIGCONT)


def _tree(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def _are_all_stopped(pid: int) -> bool:
    """Whether all are stopped; on Linux, including every thread."""
    # A thread or a helper may end during the check.
    with contextlib.suppress(OSError, psutil.Error):
        tree = _tree(pid)
        tasks = [task for process in tree for task in Path("/proc", str(process.pid), "task").glob("*/stat")]
        if not tasks:
            return all(process.status() == psutil.STATUS_STOPPED for process in tree)
        # The state follows the program's name, which is in brackets and may contain any character.
        return all(task.read_text("utf-8", "replace").rpartition(")")[2].split()[0] in "TZ" for task in tasks)
    return False
