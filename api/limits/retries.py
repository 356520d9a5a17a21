"""When a refused call may be repeated."""

import secrets
from datetime import datetime, timedelta

_SOONEST, _SPREAD = timedelta(seconds=1), timedelta(seconds=2)


def ask_again(at: datetime) -> datetime:
    """When to repeat a refused call; spread, so that refused callers do not all repeat at the same instant."""
    return at + _SOONEST + _SPREAD * secrets.randbelow(1000) / 1000
