"""Counts acts by hour and day, a day at a time. A repeat writes the same: each hour is counted as a whole."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import text

from domain.calendar import end_of_day, shanghai_day
from storage.postgres.database import Database
from storage.postgres.marks import read_mark, set_mark
from storage.rollups.reader import FigureName
from storage.rollups.tables import figure_mark

HOURS_KEPT = timedelta(days=400)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
Part = tuple[datetime, datetime]
"""From the first hour to before the last instant, within one day in Shanghai."""

# An act is written some seconds after its instant; after an outage, a missed deadline some days after it.
_LATE, _VERY_LATE = timedelta(hours=1), timedelta(days=3)
_TIMEOUT = 60.0
_NAMES = list(get_args(FigureName))
_ACTS_AND_SMS = [name for name in _NAMES if name != "pool_free"]

_FIRST = text("SELECT least((SELECT min(at) FROM audit), (SELECT min(ordered_at) FROM text_delivery))")
_WRITE = """
    INSERT INTO figure_hour (name, begins, office_code, prefix, detail, value) {counted}
    ON CONFLICT (name, begins, office_code, prefix, detail) DO UPDATE SET value = excluded.value
"""
# Each row has its office; of rows of earlier releases, and of bans, the preselection is looked up.
_ACTS = text(
    _WRITE.format(
        counted="""
    SELECT counted.name, date_trunc('hour', audit.at, 'UTC'), office.code,
           coalesce(substr(audit.plates[1], 1, 2), ''), '', count(*)
    FROM audit CROSS JOIN LATERAL (
        SELECT coalesce(audit.office_code, (SELECT office_code FROM preselection WHERE id = audit.preselection_id))
    ) AS office (code)
    JOIN LATERAL (VALUES
        ('draws', audit.action = 'draw'),
        ('compositions', audit.action = 'compose'),
        ('completions', audit.facts ->> 'stage' = 'completed'),
        ('registrations', audit.facts ->> 'stage' = 'registered'),
        ('missed', audit.facts ->> 'stage' = 'overdue'),
        ('bans', audit.action = 'bar')
    ) AS counted (name, applies) ON counted.applies
    WHERE audit.at >= :since AND audit.at < :until AND office.code IS NOT NULL
    GROUP BY 1, 2, 3, 4
"""
    )
)
_SMS = text(
    _WRITE.format(
        counted="""
    SELECT 'sms', date_trunc('hour', delivery.ordered_at, 'UTC'), office.code, '',
           CASE WHEN handed_at IS NOT NULL THEN 'handed_over' ELSE 'open' END, count(*)
    FROM text_delivery AS delivery CROSS JOIN LATERAL (
        SELECT coalesce(
            delivery.office_code, (SELECT office_code FROM preselection WHERE id = delivery.preselection_id)
        )
    ) AS office (code)
    WHERE delivery.ordered_at >= :since AND delivery.ordered_at < :until AND office.code IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
"""
    )
)
# An SMS that is handed over later is counted in its new state alone.
_CLEAR = text("DELETE FROM figure_hour WHERE name = 'sms' AND begins >= :since AND begins < :until")
# The key begins with the name, so every statement gives names.
_DAYS = text("""
    INSERT INTO figure_day (name, day, office_code, prefix, detail, value)
    SELECT name, CAST(:day AS date), office_code, prefix, detail, sum(value) FROM figure_hour
    WHERE name = ANY(:summed) AND begins >= :begins AND begins < :ends
    GROUP BY name, office_code, prefix, detail
    ON CONFLICT (name, day, office_code, prefix, detail) DO UPDATE SET value = excluded.value
""")
_CLEAR_DAY = text("DELETE FROM figure_day WHERE name = 'sms' AND day = :day")
_REMOVE = text("DELETE FROM figure_hour WHERE name = ANY(:names) AND begins < :before")
_POOL = (
    text(_WRITE.format(counted="VALUES ('pool_free', :begins, :office, :prefix, :pattern, :free)")),
    text("""
        INSERT INTO figure_day (name, day, office_code, prefix, detail, value)
        VALUES ('pool_free', :day, :office, :prefix, :pattern, :free)
        ON CONFLICT (name, day, office_code, prefix, detail) DO UPDATE SET value = excluded.value
    """),
)
_SAMPLED = text("SELECT DISTINCT prefix FROM figure_hour WHERE name = 'pool_free' AND begins = :begins")


class RollupWriter:
    """Fills the tables. Everything that it reads lies between two instants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def parts(self, at: datetime) -> list[Part]:
        """What has to be counted, oldest first: the time since the last count, and every day the last days again."""
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            counted = await connection.scalar(read_mark(figure_mark))
            since = counted or await connection.scalar(_FIRST)
        if since is None:
            return []
        since = min(since, at) - _LATE
        if counted and shanghai_day(counted) < shanghai_day(at):
            since -= _VERY_LATE
        begins, parts = _hour(since), []
        while begins <= at:
            ends = min(_hour(at) + _HOUR, end_of_day(shanghai_day(begins)))
            parts.append((begins, ends))
            begins = ends
        return parts

    async def count(self, part: Part, at: datetime) -> None:
        """Count the hours of a part, and the day that they belong to."""
        since, until = part
        day = shanghai_day(since)
        values: dict[str, Any] = {"names": _NAMES, "summed": _ACTS_AND_SMS}
        values |= {"since": since, "until": until, "day": day}
        values |= {"begins": end_of_day(day - _DAY), "ends": end_of_day(day), "before": at - HOURS_KEPT}
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            for statement in (_CLEAR, _ACTS, _SMS, _CLEAR_DAY, _DAYS, _REMOVE):
                await connection.execute(statement, values)
            await connection.execute(set_mark(figure_mark, min(until, at)))

    async def list_sampled_prefixes(self, at: datetime) -> set[str]:
        """The prefixes whose free numbers of this hour are known."""
        return {row[0] for row in await self._database.rows(_SAMPLED, {"begins": _hour(at)})}

    async def sample(self, office: str, prefix: str, free: Mapping[str, int], at: datetime) -> None:
        """Keep how many numbers of each pattern are free: as the hour's value, and as the day's latest."""
        place = {"begins": _hour(at), "day": shanghai_day(at), "office": office, "prefix": prefix}
        rows = [place | {"pattern": pattern, "free": count} for pattern, count in free.items()]
        async with self._database.transaction() as connection:
            for statement in _POOL:
                await connection.execute(statement, rows)


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
