"""Key handling of every process: reread the keys every few seconds, and record in the database which ones it has."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.dependencies import DependencyUnavailable
from storage.crypto.tables import key_reader
from storage.crypto.vault import Keys
from storage.postgres.database import Database

EVERY = timedelta(seconds=2)
GONE_AFTER = timedelta(minutes=1)
"""A process without a report for this long counts as ended: until then a key rotation waits for it."""

log = structlog.get_logger("keys")


@dataclass(frozen=True)
class KeyReader:
    """A process, the ids of all keys that it can read, and of those that it writes with."""

    name: str
    seen_at: datetime
    known: Sequence[str]
    current: Sequence[str]


class KeyReaders:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(self, reader_id: UUID, reader: KeyReader) -> None:
        """Report which keys a process has read; remove processes that have not reported for long."""
        columns = key_reader.c
        values = {"name": reader.name, "seen_at": reader.seen_at}
        values |= {"known": list(reader.known), "current": list(reader.current)}
        insertion = insert(key_reader).values(id=reader_id, **values)
        await self._database.rows(insertion.on_conflict_do_update(index_elements=["id"], set_=values))
        await self._database.rows(delete(key_reader).where(columns.seen_at < reader.seen_at - GONE_AFTER))

    async def forget(self, reader_id: UUID) -> None:
        """Remove a process that stops, so that nobody waits for it."""
        await self._database.rows(delete(key_reader).where(key_reader.c.id == reader_id))

    async def live_readers(self, at: datetime) -> list[KeyReader]:
        """Every process that has reported in the last minute."""
        columns = key_reader.c
        found = await self._database.rows(
            select(columns.name, columns.seen_at, columns.known, columns.current)
            .where(columns.seen_at >= at - GONE_AFTER)
            .order_by(columns.name)
        )
        return [KeyReader(*row) for row in found]


@asynccontextmanager
async def keep_keys_current(
    keys: Keys, database: Database, name: str, clock: Callable[[], datetime], *, every: timedelta = EVERY
) -> AsyncIterator[None]:
    """Keep a process's keys up to date while it runs."""
    readers, reader_id = KeyReaders(database), uuid4()
    keeping = asyncio.create_task(_refresh_repeatedly(keys, readers, reader_id, name, clock, every))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        with suppress(DependencyUnavailable):
            await readers.forget(reader_id)


async def _refresh_repeatedly(
    keys: Keys, readers: KeyReaders, reader_id: UUID, name: str, clock: Callable[[], datetime], every: timedelta
) -> None:
    while True:
        try:
            keys.refresh()
        except (OSError, ValueError, KeyError) as problem:
            # The old keys stay in use. No process writes with a newer one while this process can't read it.
            # The log must not contain the file's content, so it names only the type of the problem.
            log.warning("keys unreadable", problem=type(problem).__name__)
        # A process reports its keys after it uses them, never before.
        with suppress(DependencyUnavailable):
            await readers.report(reader_id, KeyReader(name, clock(), keys.known_ids, keys.current_ids))
        await asyncio.sleep(every.total_seconds())
