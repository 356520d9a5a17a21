"""Counting calls against their limits a minute. Redis counts every call, and exactly, whichever process it came to.

Counting begins before it is needed where it can, so that a call rarely has to wait for it.
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
    """A dictionary of the newest so many entries."""

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        if len(self) > _REMEMBERED:
            self.popitem(last=False)


@dataclass(frozen=True)
class Count:
    """A call that is being counted."""

    retry_at: asyncio.Future[datetime | None]

    async def judge(self) -> None:
        """Raises `RateLimited`, and what counting raises."""
        if retry_at := await self.retry_at:
            raise RateLimited(retry_at)


class CallCounts:
    """The windows of everything that is limited by the minute."""

    def __init__(self, windows: RateWindows, hashes: PersonalHashes) -> None:
        self._windows = windows
        self._hashes = hashes
        # By preselection and owner: how often its keyboard may be called.
        self._keyboards: Remembered[tuple[str, bytes], int] = Remembered()

    def begin(self, name: str, subject: str, limit: int, at: datetime) -> Count:
        """Begin to count a call."""
        key = self._hashes.rate_window(name, subject).hex()
        counting = asyncio.ensure_future(self._windows.hit(key, limit=limit, window=_MINUTE, at=at))
        # Nobody may ever ask for the answer, and asyncio would complain of a failure that nobody has seen.
        counting.add_done_callback(lambda done: done.cancelled() or done.exception())
        return Count(counting)

    def begin_keyboard(self, preselection_id: str, owner_hash: bytes, at: datetime) -> Count | None:
        """Begin to count a keyboard call before its row has been read.

        How many there may be stands in the row and never changes; so from an owner's second call on it is known here. A
        stranger's call is not counted.
        """
        limit = self._keyboards.get((preselection_id, owner_hash))
        return self.begin("keyboard", preselection_id, limit, at) if limit else None

    def go_on_with_keyboard(
        self, preselection_id: str, owner_hash: bytes, *, limit: int, at: datetime, begun: Count | None
    ) -> Count:
        """The count of the call, once the row is known; it is to be judged before the call is answered."""
        self._keyboards[preselection_id, owner_hash] = limit
        return begun or self.begin("keyboard", preselection_id, limit, at)
