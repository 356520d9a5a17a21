"""The only place that may read the wall clock; everything else is given the moment or a `Clock`."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment: timezone-aware UTC in whole milliseconds."""

    def __call__(self) -> datetime: ...


def system_clock() -> datetime:
    """The machine's clock. Cut to milliseconds, so that a moment survives JSON and the database unchanged."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
