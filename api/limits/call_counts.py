"""Counts calls against their limits per minute. The count in Redis is exact over all processes.

Counting starts as early as possible, so that a call rarely has to wait for it.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.limits.bounded_dict import BoundedDict
from domain.errors import RateLimited
from domain.policy import Policy
from storage.crypto.personal_hashes import PersonalHashes
from storage.redis.rate_windows import RateWindows

MINUTES_OF_DAY = 20
"""An account may write in a day what it may in so many minutes: its kept responses and histories stay bounded."""

RESETS_PER_WRITE = 2
"""An account may start over in a day twice as often as it may write in a minute."""

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


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
        self._keyboards: BoundedDict[tuple[str, bytes], int] = BoundedDict()

    def begin(self, name: str, subject: str, limit: int, at: datetime) -> Count:
        """Start to count a call."""
        counting = asyncio.ensure_future(self._hit(name, subject, limit=limit, window=_MINUTE, at=at))
        # The result may never be awaited, and asyncio warns about an exception that is never retrieved.
        counting.add_done_callback(lambda done: done.cancelled() or done.exception())
        return Count(counting)

    async def count_write(self, account: str, limit: int, at: datetime, request: str | None) -> None:
        """Count a write, whatever becomes of it; a repeat, which has the same `request`, only once.

        Raises `RateLimited` beyond the limits of a minute and of a day.
        """
        key = self._hashes.rate_window("writes", account).hex()
        limits = {_MINUTE: limit, _DAY: limit * MINUTES_OF_DAY}
        if retry_at := await self._windows.hit_each(key, limits, at=at, name=request):
            raise RateLimited(retry_at)

    async def count_reset(self, account: str, policy: Policy, at: datetime) -> None:
        """Count a return to 选号服务说明, which changes nothing lasting and writes a history of events each time.

        Raises `RateLimited` beyond the limit of a day.
        """
        most = int(policy.writes_per_minute * RESETS_PER_WRITE)
        if retry_at := await self._hit("daily resets", account, limit=most, window=_DAY, at=at):
            raise RateLimited(retry_at)

    async def count_suggestion(self, session: str, limit: int, at: datetime, *, until: datetime) -> None:
        """Count a search for numbers in a selection session. Raises `RateLimited` with the session's end, `until`."""
        if await self._hit("suggestions", session, limit=limit, window=_DAY, at=at):
            raise RateLimited(until)

    async def _hit(self, name: str, subject: str, *, limit: int, window: timedelta, at: datetime) -> datetime | None:
        key = self._hashes.rate_window(name, subject).hex()
        return await self._windows.hit(key, limit=limit, window=window, at=at)

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
