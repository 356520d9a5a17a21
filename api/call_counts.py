"""Counting calls against their limits a minute, without making each wait for Redis.

Redis counts every call, and exactly. But far from the limit its answer is known before it comes: so while the last
call passed, and this process alone cannot have used up more than half of the window, a call is not kept waiting for
it. A process that learns of a refusal refuses from then on; several of them together may let pass one call each more.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from domain.errors import RateLimited
from storage.personal_hashes import PersonalHashes
from storage.rate_windows import RateWindows

Key = TypeVar("Key")
Value = TypeVar("Value")

_MINUTE = timedelta(minutes=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_REMEMBERED = 10_000


class Remembered(OrderedDict[Key, Value], Generic[Key, Value]):
    """A dictionary of the newest so many entries."""

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        if len(self) > _REMEMBERED:
            self.popitem(last=False)


@dataclass(frozen=True)
class Count:
    """A call that is being counted; `is_awaited` unless its answer is known before it comes."""

    retry_at: asyncio.Future[datetime | None]
    is_awaited: bool

    async def judge(self) -> None:
        """Raises `RateLimited`, and what counting raises."""
        retry_at = await self.retry_at if self.is_awaited else None
        if retry_at:
            raise RateLimited(retry_at)


@dataclass
class _Window:
    """What this process knows of a window: its own calls, by minutes of the clock, and what became of the last one."""

    minute: int = 0
    calls: int = 0
    calls_before: int = 0
    last: asyncio.Future[datetime | None] | None = None

    def note(self, at: datetime) -> None:
        minute = (at - _EPOCH) // _MINUTE
        if minute != self.minute:
            self.calls_before = self.calls if minute == self.minute + 1 else 0
            self.calls, self.minute = 0, minute
        self.calls += 1

    def is_surely_open(self, limit: int) -> bool:
        """Any minute that ends now holds at most what this minute and the one before it hold."""
        return self._last_has_passed() and 2 * (self.calls + self.calls_before) <= limit

    def _last_has_passed(self) -> bool:
        last = self.last
        return bool(last and last.done() and not last.cancelled() and not last.exception() and last.result() is None)


class CallCounts:
    """The windows of everything that is limited by the minute."""

    def __init__(self, windows: RateWindows, hashes: PersonalHashes) -> None:
        self._windows = windows
        self._hashes = hashes
        self._known: Remembered[str, _Window] = Remembered()
        # By preselection and owner: how often its keyboard may be called.
        self._keyboards: Remembered[tuple[str, bytes], int] = Remembered()

    def begin(self, name: str, subject: str, limit: int, at: datetime) -> Count:
        """Begin to count a call."""
        key = self._hashes.rate_window(name, subject).hex()
        window = self._known.get(key) or _Window()
        self._known[key] = window
        window.note(at)
        is_open = window.is_surely_open(limit)
        window.last = asyncio.ensure_future(self._windows.hit(key, limit=limit, window=_MINUTE, at=at))
        # Nobody may ever ask for the answer, and asyncio would complain of a failure that nobody has seen.
        window.last.add_done_callback(lambda done: done.cancelled() or done.exception())
        return Count(window.last, is_awaited=not is_open)

    def begin_keyboard(self, preselection_id: str, owner_hash: bytes, at: datetime) -> Count | None:
        """Begin to count a keyboard call before its row has been read.

        How many there may be stands in the row and never changes; so from an owner's second call on it is known here. A
        stranger's call is not counted.
        """
        limit = self._keyboards.get((preselection_id, owner_hash))
        return self.begin("keyboard", preselection_id, limit, at) if limit else None

    async def judge_keyboard(
        self, preselection_id: str, owner_hash: bytes, *, limit: int, at: datetime, begun: Count | None
    ) -> None:
        """Judge the call, once the row is known. Raises what `Count.judge` raises."""
        self._keyboards[preselection_id, owner_hash] = limit
        await (begun or self.begin("keyboard", preselection_id, limit, at)).judge()
