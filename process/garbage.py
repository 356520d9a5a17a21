"""Garbage collector settings for a server."""

import gc

YOUNG = 50_000
"""New objects before a collection. Python's default, 700 to 2,000, suits programs that create few objects."""


def collect_rarely() -> None:
    """Call it after the set-up: existing objects live as long as the process, and are not scanned again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
