"""Clocks that a test sets."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


class SettableClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Monotonic:
    """Seconds, as of `time.monotonic`."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now
