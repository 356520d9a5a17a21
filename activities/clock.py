"""The clock of a worker, with which the times in messages are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.failures import ClockSkew


@dataclass(frozen=True)
class WorkerClock:
    """`skew` is how much Temporal's time may differ from the worker's; None where a test skips Temporal's time."""

    read: Callable[[], datetime]
    skew: timedelta | None

    def check(self, at: datetime) -> None:
        """Raises `ClockSkew` for a time that is not about now: nobody ends a ban, or a deadline, by inventing one."""
        if self.skew is not None and abs(self.read() - at) > self.skew:
            raise ClockSkew

    def now(self, at: datetime) -> datetime:
        """The worker's time; the message's where that is a little later, as of a timer of Temporal's that has fired."""
        if self.skew is None:
            return at
        now = self.read()
        return max(now, min(at, now + self.skew))

    def recent(self, at: datetime, longest: timedelta) -> datetime:
        """The time in a message that has waited for at most `longest`."""
        return at if self.skew is None else min(max(at, self.read() - longest), self.now(at))
