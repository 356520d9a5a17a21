"""What every process does about keys: read them anew every few seconds, and tell the database which ones it has."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from storage.crypto.tables import key_reader
from storage.crypto.vault import Keys
from storage.failures import PartDown
from storage.postgres.database import Database

EVERY = timedelta(seconds=2)
GONE_AFTER = timedelta(minutes=1)
"""A process that has said nothing for so long has ended: until then a change of keys waits for it."""

log = structlog.get_logger("keys")


@dataclass(frozen=True)
class KeyReader:
    """A process, the ids of all keys that it can read, and of those with which it writes."""

    name: str
    seen_at: datetime
    known: Sequence[str]
    current: Sequence[str]


class KeyReaders:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell(self, reader_id: UUID, reader: KeyReader) -> None:
        """Say what a process has read; whoever has long said nothing is forgotten."""
        columns = key_reader.c
        values = {"name": reader.name, "seen_at": reader.seen_at}
        values |= {"known": list(reader.known), "current": list(reader.current)}
        told = insert(key_reader).values(id=reader_id, **values)
        await self._database.rows(told.on_conflict_do_update(index_elements=["id"], set_=values))
        await self._database.rows(delete(key_reader).where(columns.seen_at < reader.seen_at - GONE_AFTER))

    async def forget(self, reader_id: UUID) -> None:
        """The process ends in order: nobody needs to wait for it."""
        await self._database.rows(delete(key_reader).where(key_reader.c.id == reader_id))

    async def living(self, at: datetime) -> list[KeyReader]:
        """Every process that has been heard of in the last minute."""
        columns = key_reader.c
        found = await self._database.rows(
            select(columns.name, columns.seen_at, columns.known, columns.current)
            .where(columns.seen_at >= at - GONE_AFTER)
            .order_by(columns.name)
        )
        return [KeyReader(*row) for row in found]


@asynccontextmanager
async def keys_kept_up(
    keys: Keys, database: Database, name: str, clock: Callable[[], datetime], *, every: timedelta = EVERY
) -> AsyncIterator[None]:
    """Keep a process's keys up to date for as long as it works."""
    readers, reader_id = KeyReaders(database), uuid4()
    keeping = asyncio.create_task(_keep_up(keys, readers, reader_id, name, clock, every))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        with suppress(PartDown):
            await readers.forget(reader_id)


async def _keep_up(
    keys: Keys, readers: KeyReaders, reader_id: UUID, name: str, clock: Callable[[], datetime], every: timedelta
) -> None:
    while True:
        try:
            keys.refresh()
        except (OSError, ValueError, KeyError) as problem:
            # The old keys go on working. Nothing is written with a newer one as long as this process can't read it.
            # What the file holds must stand in no log, so only the kind of problem is told.
            log.warning("keys unreadable", problem=type(problem).__name__)
        # What has been read is told after it is in use, never before.
        with suppress(PartDown):
            await readers.tell(reader_id, KeyReader(name, clock(), keys.known, keys.current))
        await asyncio.sleep(every.total_seconds())
