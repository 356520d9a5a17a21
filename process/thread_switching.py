"""How often the interpreter switches between the threads of a server."""

import sys

SWITCH_INTERVAL_SECONDS = 0.0005
"""Python's default, 5 ms, lets a thread that computes, as for suggestions, delay each step of other calls as long."""


def switch_threads_often() -> None:
    """Let the event loop run soon while another thread computes."""
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
