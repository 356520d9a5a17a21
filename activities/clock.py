"""The clock of a worker, with which the times in messages are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity

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
        """The worker's time; the message's where that is a little later, as of a timer of Temporal's that has fired.

        Raises `ClockSkew` where the worker is far from Temporal's time: ahead of it, a ban would end early; behind it,
        a missed deadline would look like one to come, and its workflow would end without a ban.
        """
        if self.skew is not None:
            now, by_temporal = self.read(), _by_temporal(at)
            if now - max(at, by_temporal) > self.skew or by_temporal - now > self.skew:
                raise ClockSkew
        return self.later(at)

    def later(self, at: datetime) -> datetime:
        """The same within a long step, whose first reading was compared."""
        if self.skew is None:
            return at
        now = self.read()
        return max(now, min(at, now + self.skew))

    def recent(self, at: datetime, longest: timedelta) -> datetime:
        """The time in a message that has waited for at most `longest`."""
        return at if self.skew is None else min(max(at, self.read() - longest), self.later(at))


def _by_temporal(at: datetime) -> datetime:
    """Temporal's time. What Temporal has scheduled may have waited since `at`, so it says when it handed it over.

    Nobody can invent that time. A local activity has the time of its workflow, which is about now.
    """
    info = activity.info() if activity.in_activity() else None
    return at if info is None or info.is_local else info.started_time
