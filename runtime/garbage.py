"""Python's search for unreachable cycles, as a server needs it."""

import gc

YOUNG = 50_000
"""New objects before they are searched. Python's own 700 make it search several times within each request."""


def search_rarely() -> None:
    """Call it once all is set up: what exists now lives as long as the process, and is never looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
