"""A server looks for unreachable cycles rarely, and never among what it was made of."""

import gc
from collections.abc import Iterator

import pytest

from runtime.garbage import YOUNG, search_rarely


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_exists_is_never_searched_again_and_new_cycles_still_end() -> None:
    search_rarely()
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold()[0] == YOUNG
    searched = gc.get_stats()[0]["collections"]
    for _ in range(YOUNG + 1):
        cycle: list[object] = []
        cycle.append(cycle)
    assert gc.get_stats()[0]["collections"] > searched
