"""Processor time of the bench's processes: it says more than the clock where other work shares the machine."""

import os
import time
from collections.abc import Mapping

import psutil

from embedded.part import Part

SERVERS = ("postgres", "valkey", "temporal")


def processor_seconds(pid: int) -> float:
    """The time that all threads of a process have had so far, to the nanosecond; nothing once it has ended."""
    # Linux makes the number of a process's clock from its id (man 3 clock_getcpuclockid).
    clock = (~pid << 3) | 2
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0


def seconds_by_process(programs: Mapping[str, Part]) -> dict[str, float]:
    """The time of each program, of the servers among our child processes, and of this process, the client."""
    spent = {name: processor_seconds(part.pid) for name, part in programs.items()}
    for child in psutil.Process().children(recursive=True):
        for server in SERVERS:
            if server in _name_of(child):
                spent[server] = spent.get(server, 0.0) + processor_seconds(child.pid)
    return spent | {"client": processor_seconds(os.getpid())}


def _name_of(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
