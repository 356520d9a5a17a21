"""Queries of the desk besides lists: the preselections of a short code, and the audit of voucher inspections."""

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
        """The ids of reservations in this range, both ends included: hardly ever more than one."""
        columns = preselection.c
        found = await self._database.rows(
            select(columns.id).where(columns.id.between(first, last), columns.plate.is_not(None)).limit(_MOST)
        )
        return [row[0] for row in found]

    async def note_inspection(self, preselection_id: UUID, plate: str, act: Act) -> datetime | None:
        """Record that a clerk inspected a voucher. Returns the time of the previous inspection, at any counter."""
        async with self._database.transaction() as connection:
            before = await connection.scalar(_last_inspection(preselection_id))
            await note(connection, act, _INSPECTION, Subject(preselection_id, (plate,)))
            return before


def _last_inspection(preselection_id: UUID) -> Select[datetime]:
    # The action is a literal, because with a parameter the planner would not use the partial index.
    inspections = audit.c.preselection_id == preselection_id, audit.c.action == literal_column(f"'{_INSPECTION}'")
    return select(audit.c.at).where(*inspections).order_by(audit.c.at.desc()).limit(1)
