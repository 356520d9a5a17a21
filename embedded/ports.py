"""TCP ports of this machine's loopback."""

import socket

from embedded.problems import StartProblem

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, variable: str) -> None:
    """Raise `StartProblem`, naming the variable that moves it, if something already listens there."""
    with socket.socket() as probe:
        # A port whose last connections are merely fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise StartProblem(f"port {port} can't be used: {problem.strerror}; set {variable} to another") from None
