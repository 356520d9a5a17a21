"""What the desk needs beside lists: who a short code may name, and the audit of looking a voucher up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, literal_column, select

from storage.audit.tables import audit
from storage.audit.trail import Act, Subject, note
from storage.postgres.database import Database
from storage.postgres.tables import preselection

_MOST = 100
_INSPECTION = "inspect_voucher"


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

    async def note_inspection(self, preselection_id: UUID, plate: str, act: Act) -> datetime | None:
        """Write down that a clerk looked a voucher up. Answers when that was done last before, at whichever counter."""
        async with self._database.transaction() as connection:
            before = await connection.scalar(_last_inspection(preselection_id))
            await note(connection, act, _INSPECTION, Subject(preselection_id, (plate,)))
            return before


def _last_inspection(preselection_id: UUID) -> Select[datetime]:
    # The action stands there as written, since a parameter would keep the planner from the index that is for it alone.
    inspections = audit.c.preselection_id == preselection_id, audit.c.action == literal_column(f"'{_INSPECTION}'")
    return select(audit.c.at).where(*inspections).order_by(audit.c.at.desc()).limit(1)
