"""Starts a server: run by an isolated interpreter as `launch.py <orders as JSON> <command> <arguments…>`.

Between fork and exec, the process drops root where necessary and makes sure that it does not outlive its parent.
Then it executes the command, which so keeps its own name and process id. A `preexec_fn` could do the same, but only by
running Python in the fork of a process with threads. It uses the standard library only, and no module of ours.
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
    """Call a function of the C library by name; raises `OSError` if it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def switch_user(uid: int, gid: int, *, reach_everything: bool) -> None:
    """Change from root to this user; with `reach_everything` (Linux) file permissions do not restrict it.

    This is for a folder below one that only root may enter, such as root's home. All other capabilities are dropped.
    """
    if reach_everything:
        # Changing the user would remove the capability, and access(), which initdb calls, would ignore it.
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
    """Linux: the kernel kills this process when its parent ends. Must follow `become`, which would undo it."""
    system_call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def start_watchdog(lifeline: int) -> None:
    """Other systems: a child kills this process once the pipe's other end, which only the parent holds, is closed."""
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
        switch_user(orders["uid"], orders["gid"], reach_everything=orders["reach_everything"])
    if orders["lifeline"] is None:
        die_with_parent(orders["parent"])
    else:
        start_watchdog(orders["lifeline"])
    os.execv(command[0], command)  # noqa: S606 - the process becomes the server, without a shell.


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:
        sys.exit(f"FATAL: could not start {sys.argv[2]}: {problem}")
