"""Offices, each with its own prefix, whose segments were released long ago."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, product

from domain.plates import LETTERS, PROVINCES
from domain.segments import Segment
from process.clock import system_clock
from storage.audit.trail import Act
from storage.offices.offices import Office
from storage.repositories import Repositories

PREFIXES = ("".join(pair) for pair in product(reversed(PROVINCES), reversed(LETTERS)))
NUMBERS = count(1)
WHOLE_POOL = ("!!!!!",)
LONG_AGO = timedelta(days=30)


async def new_office(
    repositories: Repositories,
    *templates: str,
    compose_from: datetime | None = None,
    excluded: Sequence[str] = (),
    policy: Mapping[str, str] | None = None,
) -> Office:
    """A new office with a new prefix, and its index; composable from the release unless given."""
    prefix, now = next(PREFIXES), system_clock()
    office = Office(f"t{next(NUMBERS):05d}", f"{prefix}车管所", "人民路1号", "广东", (prefix,), dict(policy or {}))
    await repositories.offices.save(office)
    released_at = now - LONG_AGO
    for template in templates or WHOLE_POOL:
        segment = Segment(prefix, template, tuple(excluded), released_at, compose_from or released_at)
        await repositories.segments.release(segment, Act(now, "system"))
    await repositories.pool_reconciler.rebuild(prefix, now)
    return office
