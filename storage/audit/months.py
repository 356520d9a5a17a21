"""Divides the audit by month: a table for each, which the database's owner makes through functions.

Today's acts are written to and read from one month. Rows of a month that has no table yet are in a table for the rest.
"""

from datetime import datetime, timedelta

from storage.postgres.database import Database

_AHEAD = timedelta(days=31)
_MAKE = b"SELECT make_audit_month(%(instant)s)"
# 2,000 rows take about 50 ms of a statement's 2 seconds.
_MOVE = b"SELECT move_audit_rest(%(most)s)"
_AT_ONCE = 2_000
_MOST_BATCHES = 1_000
_CLOSE = b"SELECT close_audit_months(%(before)s)"
# An act is written some seconds after its instant, and days after it where a service was down.
_OPEN = timedelta(days=3)


class AuditMonths:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, at: datetime) -> int:
        """Make the tables of this month and of the one in 31 days that are missing; returns how many.

        None is made while there are rows for `move`. Raises `DependencyUnavailable`. May be repeated at any time.
        """
        made = 0
        for instant in (at, at + _AHEAD):
            made += bool((await self._database.fetch_raw(_MAKE, {"instant": instant}))[0][0])
        return made

    async def close(self, at: datetime) -> bool:
        """Let seals look for new acts in months that ended more than three days ago only where one is noted.

        Returns whether a month was closed. Acts of a closed month may still be written: a trigger notes them. Raises
        `DependencyUnavailable`. May be repeated at any time.
        """
        return bool((await self._database.fetch_raw(_CLOSE, {"before": at - _OPEN}))[0][0])

    async def move(self) -> int:
        """Move rows without a month to tables that are made for them; returns how many, at most two million.

        It goes on where an earlier call was interrupted. Until all rows have moved they are read where they were.
        Raises `DependencyUnavailable`.
        """
        moved = 0
        for _ in range(_MOST_BATCHES):
            [[some]] = await self._database.fetch_raw(_MOVE, {"most": _AT_ONCE})
            if not some:
                break
            moved += int(some)
        return moved
