"""Which trials a machine makes, and what a process's time is."""

import os
import sys
import time

import pytest

from bench.processor_time import processor_seconds
from bench.trials import ALLOCATORS, PYTHONS, Trial, trials
from bench.varied import VARIATIONS


def test_interpreters_and_allocators_are_tried_where_they_are_named() -> None:
    assert {trial.name for trial in trials({})} == {*VARIATIONS, "PYTHONOPTIMIZE=1"}
    further = [
        each
        for each in trials({PYTHONS: "/a/python:/b/python", ALLOCATORS: "/c/lib.so"})
        if each.name not in VARIATIONS
    ]
    assert further[1:] == [
        Trial("the interpreter /a/python", python="/a/python"),
        Trial("the interpreter /b/python", python="/b/python"),
        Trial("the allocator lib.so", environment={"LD_PRELOAD": "/c/lib.so", "PYTHONMALLOC": "malloc"}),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="the clocks of other processes are Linux's")
def test_the_time_of_a_process_is_its_own_clock() -> None:
    before = time.process_time()
    spent = processor_seconds(os.getpid())
    assert before <= spent <= time.process_time()
