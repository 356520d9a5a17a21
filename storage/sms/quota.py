"""How many codes the whole service sends in a minute (`codes_per_minute`): messages cost money, and annoy people."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import RateLimited
from storage.failures import PartDown
from storage.redis.rate_windows import RateWindows

_KEY = "service codes"
_MINUTE = timedelta(minutes=1)


class ServiceCodes:
    """One window for every process; without a limit Redis is not asked."""

    def __init__(self, windows: RateWindows, limit: int | None) -> None:
        self._windows = windows
        self._limit = limit

    async def count(self, code_id: UUID, at: datetime) -> None:
        """Count a code that is about to be sent, once however often it is tried. Raises `RateLimited`, `PartDown`."""
        if self._limit is None:
            return
        retry_at = await self._windows.hit(_KEY, limit=self._limit, window=_MINUTE, at=at, name=str(code_id))
        if retry_at:
            raise RateLimited(retry_at)

    async def give_back(self, code_id: UUID) -> None:
        """The code could not be sent. What Redis does not hear is over in a minute anyway."""
        if self._limit is not None:
            with suppress(PartDown):
                await self._windows.give_back(_KEY, str(code_id))
