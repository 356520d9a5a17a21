"""How often threads of a server take turns."""

import sys

TURN_SECONDS = 0.0005
"""Python's default, 5 ms, lets a thread that computes, as for suggestions, delay each step of other calls as long."""


def take_turns_often() -> None:
    """Let the event loop have its turn soon while another thread computes."""
    sys.setswitchinterval(TURN_SECONDS)
