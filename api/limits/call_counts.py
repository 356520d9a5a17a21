"""Counts calls against their limits per minute. The count in Redis is exact over all processes.

Counting starts as early as possible, so that a call rarely has to wait for it.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from domain.errors import RateLimited
from storage.crypto.personal_hashes import PersonalHashes
from storage.redis.rate_windows import RateWindows

Key = TypeVar("Key")
Value = TypeVar("Value")

_MINUTE = timedelta(minutes=1)
_REMEMBERED = 10_000


class Remembered(OrderedDict[Key, Value], Generic[Key, Value]):
    """A dictionary with a maximum number of entries, the newest ones."""

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        if len(self) > _REMEMBERED:
            self.popitem(last=False)


@dataclass(frozen=True)
class Count:
    """A call whose count is pending."""

    retry_at: asyncio.Future[datetime | None]

    async def raise_if_exceeded(self) -> None:
        """Raises `RateLimited`, and errors of counting."""
        if retry_at := await self.retry_at:
            raise RateLimited(retry_at)


class CallCounts:
    """The windows of all limits per minute."""

    def __init__(self, windows: RateWindows, hashes: PersonalHashes) -> None:
        self._windows = windows
        self._hashes = hashes
        # By preselection and owner: the limit of its keyboard calls.
        self._keyboards: Remembered[tuple[str, bytes], int] = Remembered()

    def begin(self, name: str, subject: str, limit: int, at: datetime) -> Count:
        """Start to count a call."""
        key = self._hashes.rate_window(name, subject).hex()
        counting = asyncio.ensure_future(self._windows.hit(key, limit=limit, window=_MINUTE, at=at))
        # The result may never be awaited, and asyncio warns about an exception that is never retrieved.
        counting.add_done_callback(lambda done: done.cancelled() or done.exception())
        return Count(counting)

    def begin_keyboard(self, preselection_id: str, owner_hash: bytes, at: datetime) -> Count | None:
        """Start to count a keyboard call before its row has been read.

        The limit is in the row and never changes, so it is known here from an owner's second call on. Calls of other
        persons are not counted.
        """
        limit = self._keyboards.get((preselection_id, owner_hash))
        return self.begin("keyboard", preselection_id, limit, at) if limit else None

    def go_on_with_keyboard(
        self, preselection_id: str, owner_hash: bytes, *, limit: int, at: datetime, begun: Count | None
    ) -> Count:
        """The count of the call, once the row is known; the caller must check it before it responds."""
        self._keyboards[preselection_id, owner_hash] = limit
        return begun or self.begin("keyboard", preselection_id, limit, at)
