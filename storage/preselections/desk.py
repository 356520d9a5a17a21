"""Queries of the desk besides lists: the preselections of a short code, and the audit of voucher inspections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, literal_column, select, text

from storage.audit.actions import AuditAction
from storage.audit.tables import audit
from storage.audit.trail import Act, Subject, note
from storage.postgres.database import Database
from storage.postgres.tables import preselection
from storage.preselections.reservations import is_missed

_MOST = 100
_INSPECTION: AuditAction = "inspect_voucher"
_DESK_ACTS = text("audit.action IN ('register', 'reject')")


@dataclass(frozen=True)
class DeskCounters:
    """A day of an office: reservations whose last day it is, confirmed and rejected on it, and missed at its end."""

    expected: int
    confirmed: int
    rejected: int
    missed: int


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

    async def counters(self, code: str, day: date, *, begins: datetime, ends: datetime, now: datetime) -> DeskCounters:
        """The counters of an office's day, which lasts from `begins` to before `ends`."""
        columns = preselection.c
        due = select(func.count(), func.count().filter(is_missed(now))).where(
            columns.office_code == code, columns.visit_by == day, columns.plate.is_not(None)
        )
        confirmed, rejected = (func.count().filter(audit.c.action == action) for action in ("register", "reject"))
        acts = (
            select(confirmed, rejected)
            .join_from(audit, preselection, columns.id == audit.c.preselection_id)
            # Literals, because with parameters the planner would not use the partial index.
            .where(_DESK_ACTS, audit.c.at >= begins, audit.c.at < ends, columns.office_code == code)
            .where(audit.c.actor_kind == "clerk")
        )
        [[expected, missed]] = await self._database.rows(due)
        [[registered, ended]] = await self._database.rows(acts)
        return DeskCounters(expected, registered, ended, missed)

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
