"""What somebody intends to do, by its instant."""

import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

Deed = Callable[[], Awaitable[None]]


@dataclass
class Agenda:
    _deeds: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _count: int = 0

    def add(self, at: datetime, deed: Deed) -> None:
        self._count += 1
        heapq.heappush(self._deeds, (at, self._count, deed))

    def due(self, now: datetime) -> list[Deed]:
        """Remove and return what was intended until now, in its order."""
        found = []
        while self._deeds and self._deeds[0][0] <= now:
            found.append(heapq.heappop(self._deeds)[2])
        return found
