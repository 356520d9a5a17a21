"""When a number that was given back can be drawn and composed again: nobody can foresee it, or pass it on."""

import secrets
from datetime import datetime, timedelta

from domain.instants import whole_milliseconds

_MILLISECOND = timedelta(milliseconds=1)


def random_instant(earliest: datetime, latest: datetime) -> datetime:
    """An unpredictable instant in whole milliseconds, from `earliest` to `latest`, both included."""
    milliseconds = (latest - earliest) // _MILLISECOND
    return whole_milliseconds(earliest + secrets.randbelow(milliseconds + 1) * _MILLISECOND)
