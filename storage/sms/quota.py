"""The quota of codes of the whole service per minute (`codes_per_minute`): SMS cost money, and annoy people."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from domain.dependencies import DependencyUnavailable
from domain.errors import RateLimited
from storage.redis.rate_windows import RateWindows

_KEY = "service codes"
_MINUTE = timedelta(minutes=1)


class ServiceCodes:
    """One window for all processes; without a limit Redis is not called."""

    def __init__(self, windows: RateWindows, limit: int | None) -> None:
        self._windows = windows
        self._limit = limit

    async def count(self, code_id: UUID, at: datetime) -> None:
        """Count a code before it is sent, once however often it is repeated.

        Raises `RateLimited`, `DependencyUnavailable`.
        """
        if self._limit is None:
            return
        retry_at = await self._windows.hit(_KEY, limit=self._limit, window=_MINUTE, at=at, name=str(code_id))
        if retry_at:
            raise RateLimited(retry_at)

    async def give_back(self, code_id: UUID) -> None:
        """Uncount a code that could not be sent. If Redis is unavailable, the count expires in a minute anyway."""
        if self._limit is not None:
            with suppress(DependencyUnavailable):
                await self._windows.give_back(_KEY, str(code_id))
