"""The only module that may read the wall clock; all other code gets the instant or a `Clock` as an argument."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Returns the current instant: timezone-aware UTC in whole milliseconds."""

    def __call__(self) -> datetime: ...


def system_clock() -> datetime:
    """The machine's clock. Cut to milliseconds, so that an instant survives JSON and the database unchanged."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
