"""Becomes a server: run by an isolated interpreter as `launch.py <orders as JSON> <command> <arguments…>`.

Here, between fork and exec, the process gives up root where it must and makes sure that it won't outlive the one that
started it; then it becomes the command, which so keeps its own name and process id. A `preexec_fn` could do the same,
but only by running Python in the fork of a process with threads. Standard library only, and nothing of ours.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def system_call(name: str, *arguments: object) -> None:
    """Call a function of the C library by name; raises `OSError` where it answers with a failure."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def become(uid: int, gid: int, *, reach_everything: bool) -> None:
    """Go from root to this user; with `reach_everything` (Linux) file permissions still don't stop it.

    That is for a folder below one that only root may enter, such as root's own home. All other powers are given up.
    """
    if reach_everything:
        # Changing the user would take the capability away, and access(), which initdb asks, would overlook it.
        system_call("prctl", PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if reach_everything:
        one = 1 << CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        system_call("capset", header, (ctypes.c_uint32 * 6)(one, one, one, 0, 0, 0))
        system_call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def die_with_parent(parent: int) -> None:
    """Linux: the kernel kills this process when its parent ends. Must come after `become`, which would undo it."""
    system_call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def leave_a_watchdog(lifeline: int) -> None:
    """Elsewhere: a child that kills this process once the pipe's other end, which only the parent holds, is closed."""
    server = os.getpid()
    if os.fork() != 0:
        os.close(lifeline)
        return
    os.setsid()
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    while os.getppid() == server:
        if select.select([lifeline], [], [], 0.5)[0]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(server, signal.SIGKILL)
            break
    os._exit(0)


def main() -> None:
    orders = json.loads(sys.argv[1])
    command = sys.argv[2:]
    if orders["uid"] is not None:
        become(orders["uid"], orders["gid"], reach_everything=orders["reach_everything"])
    if orders["lifeline"] is None:
        die_with_parent(orders["parent"])
    else:
        leave_a_watchdog(orders["lifeline"])
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted, the process is to become the server.


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:
        sys.exit(f"FATAL: could not start {sys.argv[2]}: {problem}")
