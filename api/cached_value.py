"""A value that every call needs and that rarely changes, cached and read again when it has become old."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from process.clock import Clock

T = TypeVar("T")


class CachedValue(Generic[T]):
    """What `read` returned at most `kept_for` ago; parallel callers share one reading."""

    def __init__(self, read: Callable[[], Awaitable[T]], clock: Clock, kept_for: timedelta) -> None:
        self._read = read
        self._clock = clock
        self._kept_for = kept_for
        self._kept: tuple[T, datetime] | None = None
        self._one_reader = asyncio.Lock()
        self._changes = 0

    async def get(self) -> T:
        if (kept := self._fresh()) is None:
            async with self._one_reader:
                if (kept := self._fresh()) is None:
                    kept = await self._read_again()
        return kept[0]

    def forget(self) -> None:
        """Read again for the next caller: this process has changed something."""
        self._kept = None
        self._changes += 1

    async def _read_again(self) -> tuple[T, datetime]:
        changes = self._changes
        reading = await self._read(), self._clock()
        # A reading that a change has overtaken may be from before it.
        if changes == self._changes:
            self._kept = reading
        return reading

    def _fresh(self) -> tuple[T, datetime] | None:
        is_fresh = self._kept and timedelta(0) <= self._clock() - self._kept[1] < self._kept_for
        return self._kept if is_fresh else None
