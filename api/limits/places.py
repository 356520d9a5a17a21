"""Places in this process that are taken at once or not at all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from api.limits.retries import ask_again
from domain.errors import Busy


class Places:
    """At most `at_once` in all, and `each` of one owner: an account, or an address. An opened one is closed once."""

    def __init__(self, *, at_once: int, each: int) -> None:
        self._at_once = at_once
        self._each = each
        self._open: Counter[str] = Counter()

    @property
    def running(self) -> int:
        return self._open.total()

    def open(self, owner: str, at: datetime) -> None:
        """Raises `Busy` at once: nothing waits for a place."""
        if self._open[owner] >= self._each or self.running >= self._at_once:
            raise Busy(ask_again(at))
        self._open[owner] += 1

    def close(self, owner: str) -> None:
        self._open[owner] -= 1
        if not self._open[owner]:
            del self._open[owner]

    @contextmanager
    def room(self, owner: str, at: datetime) -> Iterator[None]:
        """A place for the block. Raises `Busy`."""
        self.open(owner, at)
        try:
            yield
        finally:
            self.close(owner)
