"""Counting keyboard calls, which come for every character typed, without making each wait for two servers in turn."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import RateLimited
from storage.personal_hashes import PersonalHashes
from storage.rate_windows import RateWindows

_MINUTE = timedelta(minutes=1)
_REMEMBERED = 10_000

Count = asyncio.Future[datetime | None]


class KeyboardCalls:
    """The window of each preselection.

    How many calls it allows stands in its row, which has to be read first. It never changes, so from the second call
    on it is known here, and the call is counted while the row is being read.
    """

    def __init__(self, windows: RateWindows, hashes: PersonalHashes) -> None:
        self._windows = windows
        self._hashes = hashes
        self._limits: OrderedDict[tuple[UUID, bytes], int] = OrderedDict()

    def begun(self, preselection_id: UUID, owner_hash: bytes, at: datetime) -> Count | None:
        """Begin to count where the owner is known already; a stranger's calls count for nothing."""
        limit = self._limits.get((preselection_id, owner_hash))
        if limit is None:
            return None
        count = asyncio.ensure_future(self._hit(preselection_id, limit, at))
        # A call that is refused before it is judged leaves the count alone; asyncio would complain of its failure.
        count.add_done_callback(lambda done: done.cancelled() or done.exception())
        return count

    async def judge(self, preselection_id: UUID, limit: int, at: datetime, *, count: Count | None) -> None:
        """Raises `RateLimited`, and what counting raises."""
        retry_at = await (count or self._hit(preselection_id, limit, at))
        if retry_at:
            raise RateLimited(retry_at)

    def remember(self, preselection_id: UUID, owner_hash: bytes, limit: int) -> None:
        """The owner of this preselection may call so often."""
        self._limits[preselection_id, owner_hash] = limit
        if len(self._limits) > _REMEMBERED:
            self._limits.popitem(last=False)

    async def _hit(self, preselection_id: UUID, limit: int, at: datetime) -> datetime | None:
        key = self._hashes.rate_window("keyboard", str(preselection_id)).hex()
        return await self._windows.hit(key, limit=limit, window=_MINUTE, at=at)
