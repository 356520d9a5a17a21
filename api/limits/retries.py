"""When a refused call may be repeated."""

import random
from datetime import datetime, timedelta

_SOONEST_MS, _SPREAD_MS = 1000, 2000


def ask_again(at: datetime) -> datetime:
    """When to repeat a refused call; spread, so that refused callers do not all repeat at the same instant."""
    return at + timedelta(milliseconds=_SOONEST_MS + int(_SPREAD_MS * random.random()))  # noqa: S311 -- no secret
