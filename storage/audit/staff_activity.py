"""The acts of staff for auditors, read from the audit, which staff can't change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from storage.audit.tables import audit
from storage.postgres.database import Database
from storage.postgres.tables import preselection

DESK_ACTS = ("register", "reject")
_TIMEOUT = 30.0
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Period:
    """From `since` to before `until`."""

    since: datetime
    until: datetime

    @classmethod
    def of_list(cls, since: datetime | None, until: datetime | None, *, now: datetime, length: timedelta) -> Self:
        """The period of a list: until now with what happens in this millisecond, and of this length, unless given."""
        end = until or now + _MILLISECOND
        return cls(since or end - length, end)


@dataclass(frozen=True)
class ClerkCounts:
    """A clerk's counts in a period; `clerk` is the clerk's keyed hash in the audit."""

    clerk: str
    office_code: str
    confirmations: int
    rejections: int
    inspections: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class ClerkAct:
    """One confirmation or rejection. Its reason is stored encrypted, with the same request id."""

    at: datetime
    clerk: str
    action: str
    office_code: str
    preselection_id: UUID
    request_id: UUID | None
    plates: Sequence[str]


class StaffActivity:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, period: Period, *, limit: int) -> list[ClerkCounts]:
        """Confirmations, rejections and inspected vouchers, per clerk and office; most rejections first."""
        columns, office = audit.c, preselection.c.office_code
        registered, rejected, inspected = (
            func.count().filter(columns.action == action) for action in (*DESK_ACTS, "inspect_voucher")
        )
        counted = (
            select(columns.actor, office, registered, rejected, inspected, func.min(columns.at), func.max(columns.at))
            .join_from(audit, preselection, preselection.c.id == columns.preselection_id)
            .where(*_by_clerks(period))
            .group_by(columns.actor, office)
            .order_by(rejected.desc(), registered.desc(), columns.actor)
            .limit(limit)
        )
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            return [ClerkCounts(*row) for row in await connection.execute(counted)]

    async def acts(self, period: Period, *, clerk: str | None, limit: int) -> list[ClerkAct]:
        """Confirmations and rejections, of one clerk or of all, newest first."""
        columns = audit.c
        conditions = [*_by_clerks(period), columns.action.in_(DESK_ACTS)]
        if clerk:
            conditions.append(columns.actor == clerk)
        names = (
            columns.at, columns.actor, columns.action, preselection.c.office_code, columns.preselection_id,
            columns.request_id, columns.plates,
        )  # fmt: skip
        found = (
            select(*names)
            .join_from(audit, preselection, preselection.c.id == columns.preselection_id)
            .where(*conditions)
            .order_by(columns.at.desc(), columns.id.desc())
            .limit(limit)
        )
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            return [ClerkAct(*row) for row in await connection.execute(found)]


def _by_clerks(period: Period) -> list[ColumnElement[bool]]:
    columns = audit.c
    return [columns.actor_kind == "clerk", columns.at >= period.since, columns.at < period.until]
