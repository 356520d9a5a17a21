"""What every process does every few seconds: reread the keys, and report them with its release and its clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.dependencies import DependencyUnavailable
from domain.processes import RunningProgram
from storage.background import end_tasks
from storage.crypto.tables import key_reader
from storage.crypto.vault import Keys
from storage.postgres.database import Database

EVERY = timedelta(seconds=2)
GONE_AFTER = timedelta(minutes=1)
"""A process without a report for this long counts as ended: until then a key rotation waits for it."""
QUICK = timedelta(milliseconds=200)
"""A report that takes longer says nothing about the clocks."""

log = structlog.get_logger("keys")


@dataclass(frozen=True)
class KeyReader:
    """A process, the ids of all keys that it can read, and of those that it writes with."""

    program: RunningProgram
    seen_at: datetime
    known: Sequence[str]
    current: Sequence[str]
    skew: timedelta | None = None
    """How far its clock is ahead of the database's; None while that is unknown."""


class KeyReaders:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, reader_id: UUID, reader: KeyReader) -> datetime:
        """Report a process, and remove those that have not reported for long; returns the time of the database."""
        columns, program = key_reader.c, reader.program
        values = {
            "name": program.name, "release": program.release, "host": program.host, "seen_at": reader.seen_at,
            "known": list(reader.known), "current": list(reader.current), "skew": reader.skew,
        }  # fmt: skip
        insertion = insert(key_reader).values(id=reader_id, **values)
        upsert = insertion.on_conflict_do_update(index_elements=["id"], set_=values)
        theirs: datetime = (await self._database.rows(upsert.returning(func.clock_timestamp())))[0][0]
        await self._database.rows(delete(key_reader).where(columns.seen_at < reader.seen_at - GONE_AFTER))
        return theirs

    async def forget(self, reader_id: UUID) -> None:
        """Remove a process that stops, so that nobody waits for it."""
        await self._database.rows(delete(key_reader).where(key_reader.c.id == reader_id))

    async def live_readers(self, at: datetime) -> list[KeyReader]:
        """Every process that has reported in the last minute."""
        columns = key_reader.c
        found = await self._database.rows(
            select(key_reader).where(columns.seen_at >= at - GONE_AFTER).order_by(columns.name, columns.host)
        )
        return [
            KeyReader(RunningProgram(row.name, row.release, row.host), row.seen_at, row.known, row.current, row.skew)
            for row in found
        ]


def skew_of(before: datetime, theirs: datetime, after: datetime) -> timedelta | None:
    """How far our clock is ahead of one that was read between two readings of ours; None if that took too long."""
    return before + (after - before) / 2 - theirs if timedelta(0) <= after - before < QUICK else None


@asynccontextmanager
async def keep_keys_current(
    keys: Keys, database: Database, program: RunningProgram, clock: Callable[[], datetime], *, every: timedelta = EVERY
) -> AsyncIterator[None]:
    """Keep a process's keys up to date while it runs."""
    readers, reader_id = KeyReaders(database), uuid4()
    keeping = asyncio.create_task(_refresh_repeatedly(keys, readers, reader_id, program, clock, every))
    try:
        yield
    finally:
        await end_tasks(keeping)
        with suppress(DependencyUnavailable):
            await readers.forget(reader_id)


async def _refresh_repeatedly(
    keys: Keys,
    readers: KeyReaders,
    reader_id: UUID,
    program: RunningProgram,
    clock: Callable[[], datetime],
    every: timedelta,
) -> None:
    skew: timedelta | None = None
    while True:
        try:
            keys.refresh()
        except (OSError, ValueError, KeyError) as problem:
            # The old keys stay in use. No process writes with a newer one while this process can't read it.
            # The log must not contain the file's content, so it names only the type of the problem.
            log.warning("keys unreadable", problem=type(problem).__name__)
        # A process reports its keys after it uses them, never before.
        before = clock()
        with suppress(DependencyUnavailable):
            reader = KeyReader(program, before, keys.known_ids, keys.current_ids, skew)
            skew = skew_of(before, await readers.report(reader_id, reader), clock())
        await asyncio.sleep(every.total_seconds())
