"""Who was served lately in this process, and which accounts have to pause between their calls.

Places alone do not share the processor between accounts: a place of an account with several calls that is free again at
once would keep the event loop busy with this account, and every step of another account's call would wait.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

LATELY_SECONDS = 3.0
"""A person who reads and clicks makes a call every few seconds."""

LONGEST_PAUSE_SECONDS = 0.5


class Neighbours:
    """The accounts that were served lately, shared by all queues of a process."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def see(self, account: str) -> None:
        """The account makes a call now."""
        now = asyncio.get_running_loop().time()
        self._seen[account] = now
        self._seen.move_to_end(account)
        while next(iter(self._seen.values())) < now - LATELY_SECONDS:
            self._seen.popitem(last=False)

    def has_other(self, account: str) -> bool:
        """Whether another account has made a call lately."""
        now = asyncio.get_running_loop().time()
        newest = (name for name, at in reversed(self._seen.items()) if at >= now - LATELY_SECONDS)
        return any(name != account for name in newest)


class Pauses:
    """Accounts whose next call begins later; `wake` is called at the end of a pause."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._ends: dict[str, asyncio.TimerHandle] = {}

    def __contains__(self, account: str) -> bool:
        return account in self._ends

    def begin(self, account: str, seconds: float) -> None:
        """Begin a pause, which replaces the one that the account has."""
        if earlier := self._ends.get(account):
            earlier.cancel()
        loop = asyncio.get_running_loop()
        self._ends[account] = loop.call_later(min(seconds, LONGEST_PAUSE_SECONDS), self._end, account)

    def _end(self, account: str) -> None:
        del self._ends[account]
        self._wake()
