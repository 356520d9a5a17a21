"""Watches during a run whether anything ends before its time by the machine's clock, whatever clock ended it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg

from process.clock import system_clock
from tests.scenarios.fault_injection.system import CLOCK_SKEW

LOOK_EVERY_S = 0.5
MACHINE = timedelta(seconds=1)
"""How far the instants of one machine's clock lie apart until they are compared."""

EARLY = {
    "ban": "SELECT id, until FROM blacklist WHERE released_at IS NOT NULL AND released_by IS NULL AND until > %s",
    "last day": "SELECT id, deadline FROM preselection WHERE stage = 'overdue' AND deadline > %s",
}


@dataclass
class Watch:
    dsn: str
    """Of the database's owner."""
    early: set[str] = field(default_factory=set)

    async def look(self) -> None:
        """For ever. A database that is away is asked again."""
        while True:
            with suppress(psycopg.Error, OSError, TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S * 4):
                    await self.look_once()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look_once(self) -> None:
        async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
            for what, statement in EARLY.items():
                at = system_clock()
                found = await (await connection.execute(statement.encode(), [at + CLOCK_SKEW + MACHINE])).fetchall()
                self.early |= {f"the {what} {id_} was over before {end}" for id_, end in found}
