"""Compares a process's clock with the database's, which all processes share."""

from collections.abc import Callable
from datetime import datetime, timedelta

from storage.postgres.database import Database

_THEIRS = b"SELECT clock_timestamp()"


async def agreed_time(database: Database, clock: Callable[[], datetime], skew: timedelta | None) -> datetime | None:
    """The process's time; None if it differs from the database's by more than `skew`, which None allows."""
    before = clock()
    [[theirs]] = await database.fetch_raw(_THEIRS, {})
    now = clock()
    # A slow reading lies somewhere between both readings of ours.
    return now if skew is None or before - skew <= theirs <= now + skew else None
