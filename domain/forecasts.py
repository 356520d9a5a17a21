"""When a pool runs out, if numbers go on leaving it as they did lately."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

FURTHEST = timedelta(days=3650)
"""A pool that lasts longer has no forecast."""


def runs_out_on(levels: Sequence[tuple[date, int]]) -> date | None:
    """Return the day on which the level reaches zero; None if it does not fall, or lasts longer than `FURTHEST`.

    `levels` are in the order of their days. Only falls count: a rise is a release, which is not repeated by itself.
    """
    if not levels or levels[-1][1] == 0:
        return levels[-1][0] if levels else None
    days = (levels[-1][0] - levels[0][0]).days
    fallen = sum(max(0, before - after) for (_, before), (_, after) in pairwise(levels))
    if not days or not fallen:
        return None
    last_day, left = levels[-1]
    lasts = timedelta(days=-(-left * days // fallen))
    return last_day + lasts if lasts <= FURTHEST else None
