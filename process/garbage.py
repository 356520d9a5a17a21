"""Python's search for unreachable cycles, as a server needs it."""

import gc

YOUNG = 50_000
"""New objects before they are searched. Python's own number, 700 to 2,000, is for programs that make few."""


def search_rarely() -> None:
    """Call it once all is set up: what exists now lives as long as the process, and is never looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
