"""The release that this code is, and how a process names itself to the others."""

import socket

from domain.processes import RunningProgram

RELEASE = "0.1.0"
"""As pyproject.toml names it (a test compares them). It is also the build id of workers."""


def this_process(name: str) -> RunningProgram:
    """Name, release and machine of this process."""
    return RunningProgram(name, RELEASE, socket.gethostname())
