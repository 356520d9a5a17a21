"""Garbage collector settings."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""New objects before a collection. Python's default, 700 to 2,000, suits programs that create few objects."""


@contextmanager
def without_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def pause_collection() -> Iterator[None]:
    """For imports, whose objects live as long as the process: searching them takes a seventh of a command's start."""
    with without_collection():
        try:
            yield
        finally:
            gc.freeze()


def collect_rarely() -> None:
    """For a server, after its set-up: existing objects live as long as the process, and are not scanned again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
