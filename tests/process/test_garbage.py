"""A server collects garbage rarely, and never scans its initial objects."""

import subprocess
import sys

# In a separate process: other objects of this one would count too.
PROGRAM = """
import gc, weakref
from process.garbage import YOUNG, collect_rarely

class Cycle:
    def __init__(self):
        self.itself = self

collect_rarely()
assert gc.get_freeze_count() > 1000, "what exists is searched again"
cycle = weakref.ref(Cycle())
few = [[] for _ in range(YOUNG // 2)]
assert cycle() is not None, "searched too often"
many = [[] for _ in range(3 * YOUNG)]
assert cycle() is None, "never searched"
"""


def test_what_exists_is_never_searched_again_and_new_cycles_end_though_not_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
