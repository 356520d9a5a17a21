"""What the desk needs beside lists: who a short code may name, and the audit of looking a voucher up."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from storage.audit import Act, Subject, note
from storage.database import Database
from storage.tables import preselection

_MOST = 100


class DeskRecords:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids_between(self, first: UUID, last: UUID) -> Sequence[UUID]:
        """The ids of reservations from the first to the last, both included: hardly ever more than one."""
        columns = preselection.c
        found = await self._database.rows(
            select(columns.id).where(columns.id.between(first, last), columns.plate.is_not(None)).limit(_MOST)
        )
        return [row[0] for row in found]

    async def note_inspection(self, preselection_id: UUID, plate: str, act: Act) -> None:
        """Write down that a clerk looked a voucher up."""
        async with self._database.transaction() as connection:
            await note(connection, act, "inspect_voucher", Subject(preselection_id, (plate,)))
