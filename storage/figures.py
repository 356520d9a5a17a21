"""Figures for metrics, read from time to time: missed deadlines and SMS by state. Each query has an index."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.postgres.database import Database

_LATEST = b"""
    SELECT min(deadline) FROM preselection
    WHERE stage = 'completed' AND visit_by <= CAST(%(at)s AS timestamptz)::date AND deadline <= %(at)s
"""
_SMS = b"""
    SELECT count(*) FILTER (WHERE handed_at IS NOT NULL AND receipt IS NULL),
        count(*) FILTER (WHERE handed_at IS NULL AND receipt IS NULL AND give_up_at > %(at)s),
        count(*) FILTER (WHERE handed_at IS NULL AND receipt IS NULL AND give_up_at <= %(at)s),
        count(*) FILTER (WHERE receipt = 'delivered'),
        count(*) FILTER (WHERE receipt = 'failed')
    FROM text_delivery WHERE ordered_at > %(since)s
"""
_RECENT = timedelta(days=1)


@dataclass(frozen=True)
class Figures:
    """`lateness` is the age in seconds of the oldest missed deadline whose ban has not been decided yet, or 0."""

    lateness: float
    sms: dict[str, int]


async def read_figures(database: Database, at: datetime) -> Figures:
    """Raises `DependencyUnavailable`."""
    [(missed,)] = await database.fetch_raw(_LATEST, {"at": at})
    [counts] = await database.fetch_raw(_SMS, {"at": at, "since": at - _RECENT})
    sms = dict(zip(("handed_over", "waiting", "given_up", "delivered", "failed"), counts, strict=True))
    return Figures((at - missed).total_seconds() if missed else 0.0, sms)
