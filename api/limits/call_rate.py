"""The calls of an account in this process: reads, repeats and refused calls too, which no other limit counts."""

import asyncio
from datetime import datetime, timedelta

from api.limits.bounded_dict import BoundedDict
from domain.errors import RateLimited
from domain.policy import Policy

PAUSE_SECONDS = 1.0
"""A call beyond the limit waits this long for its refusal, so that refusing costs less than it gains."""

_FACTOR = 5
_MINUTE = timedelta(minutes=1)


class CallRate:
    """A full bucket of calls for each account; it fills within a minute. Counting asks no server, so it is cheap."""

    def __init__(self, policy: Policy) -> None:
        self._most = _FACTOR * (policy.keyboard_per_minute + policy.writes_per_minute)
        self._left: BoundedDict[str, tuple[float, datetime]] = BoundedDict()

    async def count(self, account: str, at: datetime) -> None:
        """Count a call. Raises `RateLimited` after a pause if the account has used up its calls."""
        if not self.take(account, at):
            await asyncio.sleep(PAUSE_SECONDS)
            raise RateLimited(at + timedelta(seconds=PAUSE_SECONDS) + _MINUTE / self._most)

    def take(self, account: str, at: datetime) -> bool:
        """Count a call, unless the account has used up its calls. Returns whether it had any left."""
        left, since = self._left.get(account, (self._most, at))
        left = min(self._most, left + self._most * ((at - since) / _MINUTE))
        if left < 1:
            return False
        self._left[account] = (left - 1, at)
        self._left.move_to_end(account)
        return True
