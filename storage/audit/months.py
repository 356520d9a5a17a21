"""Divides the audit by month: a table for each, which the database's owner makes through a function.

Today's acts are written to and read from one month. Rows of a month that has no table yet are in a table for the rest.
"""

from datetime import datetime, timedelta

from storage.postgres.database import Database

_AHEAD = timedelta(days=31)
_MAKE = b"SELECT make_audit_month(%(instant)s)"


class AuditMonths:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, at: datetime) -> int:
        """Make the tables of this month and of the one in 31 days that are missing; returns how many.

        Raises `DependencyUnavailable`. May be repeated at any time.
        """
        made = 0
        for instant in (at, at + _AHEAD):
            made += bool((await self._database.fetch_raw(_MAKE, {"instant": instant}))[0][0])
        return made
