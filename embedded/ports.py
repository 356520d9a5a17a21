"""TCP ports of this machine's loopback."""

import asyncio
import os
import socket
from collections.abc import Iterator, Mapping
from itertools import count

from embedded.problems import StartProblem

HOST = "127.0.0.1"
_LOWEST, _SPAN, _APART = 20_000, 12_000, 97
"""Processes that start one after the other begin so far apart."""

# A server that was just killed may still hold its port.
PREDECESSOR_GONE_WITHIN_S = 1.0


def free_port() -> int:
    """A port that is free at this time, and that no other call of this process gets."""
    return next(port for port in _CANDIDATES if _obstacle(port) is None)


def _candidates() -> Iterator[int]:
    """Below the ports that the system gives to outgoing connections, which would take one before its server starts."""
    for number in count(os.getpid() * _APART):
        yield _LOWEST + number % _SPAN


async def require_usable(ports: Mapping[str, int]) -> None:
    """Raise `StartProblem`, naming the variables that set it, if a port is in use or occurs in `ports` twice."""
    claimed: dict[int, str] = {}
    for variable, port in ports.items():
        if port in claimed:
            raise StartProblem(f"port {port} is named by {claimed[port]} and {variable}; set one of them to another")
        claimed[port] = variable
        await _require_free(port, variable)


async def _require_free(port: int, variable: str) -> None:
    """Raise `StartProblem` if another process keeps listening there."""
    give_up_at = asyncio.get_running_loop().time() + PREDECESSOR_GONE_WITHIN_S
    while problem := _obstacle(port):
        if asyncio.get_running_loop().time() > give_up_at:
            raise StartProblem(f"port {port} can't be used: {problem.strerror}; set {variable} to another")
        await asyncio.sleep(0.1)


def _obstacle(port: int) -> OSError | None:
    with socket.socket() as probe:
        # A port whose last connections are only in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            return problem
    return None


_CANDIDATES = _candidates()
