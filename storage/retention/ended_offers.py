"""Removes claims on offer that are over. The audit leads to them: each act that changes claims names their plates.

An index by their ends would cost each draw ten entries; the audit has one row for it anyway, with the instant that its
claims have as `changed_at`. A mark states that no claim on offer was changed earlier, so nothing is looked at for ever.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.pool.tables import claim_mark
from storage.postgres.database import Database
from storage.postgres.marks import read_mark, set_mark
from storage.postgres.tables import ON_OFFER

OFFERS_KEPT = timedelta(hours=1)
"""How long a claim is kept after its end: its owner may still write it, and a clock may be slow."""

# The acts of a busy ten minutes name some ten thousand plates.
_PART = timedelta(minutes=10)
_TIMEOUT = 30.0

_NEXT_ACT = text("SELECT min(at) FROM audit WHERE at >= :since AND at < :until")
_FIRST_ACT = text("SELECT min(at) FROM audit WHERE at < :until")
# The limits make it one index probe for each plate: a join might be planned as a scan of all claims.
_NAMED = "SELECT DISTINCT unnest(plates) AS plate FROM audit WHERE at >= :since AND at < :until"
# A row that is in use now is kept until the next run: waiting for it could cause a deadlock.
_REMOVE = text(f"""
    DELETE FROM claim WHERE ctid = ANY(ARRAY(
        SELECT ended.place FROM ({_NAMED}) AS named, LATERAL (
            SELECT ctid AS place FROM claim
            WHERE plate = named.plate AND {ON_OFFER} AND until <= :instant LIMIT 1 FOR UPDATE SKIP LOCKED
        ) AS ended
    ))
""")  # noqa: S608 -- constants
_FIRST_LEFT = text(f"""
    SELECT min(left_over.changed_at) FROM ({_NAMED}) AS named, LATERAL (
        SELECT changed_at FROM claim WHERE plate = named.plate AND {ON_OFFER} AND changed_at < :until LIMIT 1
    ) AS left_over
""")  # noqa: S608 -- constants


class EndedOffers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, instant: datetime) -> int:
        """Remove the claims on offer that ended by an instant; returns how many. May be repeated at any time."""
        removed, left = 0, list[datetime]()
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            since = await _begin(connection, instant)
        while since is not None:
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                part = {"since": since, "until": min(since + _PART, instant)}
                removed += (await connection.execute(_REMOVE, {**part, "instant": instant})).rowcount
                first_left = await connection.scalar(_FIRST_LEFT, part)
                left += [first_left] if first_left else []
                mark = min([part["until"], *left])
                await connection.execute(set_mark(claim_mark, mark))
                since = await connection.scalar(_NEXT_ACT, {"since": part["until"], "until": instant})
        return removed


async def _begin(connection: AsyncConnection, until: datetime) -> datetime | None:
    """The first act that may have left a claim on offer; None if there is none before this instant."""
    mark = await connection.scalar(read_mark(claim_mark))
    statement, values = (_NEXT_ACT, {"since": mark}) if mark else (_FIRST_ACT, {})
    first: datetime | None = await connection.scalar(statement, {**values, "until": until})
    return first
