"""The audit: every act of applicants, clerks, operators and timers that changes a plate, a chance or the blacklist.

A row is written by the transaction that performs the act, so that neither exists without the other. It names
operators by name, clerks by a keyed hash and applicants by their preselection: it contains no personal value.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.instants import format_instant
from storage.audit.actions import AuditAction
from storage.audit.tables import audit
from storage.postgres.database import Database

ActorKind = Literal["applicant", "clerk", "operator", "timer", "system", "temporal", "auditor"]

_COLUMNS = [
    audit.c[name]
    for name in ("id", "at", "actor_kind", "actor", "action", "preselection_id", "request_id", "plates", "facts")
]
_MOST = 1_000
_REPEATED_WITHIN = timedelta(hours=25)
_LAST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class Act:
    """Who acts, when and why. `actor` is an operator's name or a clerk's keyed hash in hexadecimal digits."""

    at: datetime
    actor_kind: ActorKind
    actor: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class AuditEntry:
    """One row, as auditors read it."""

    id: int
    at: datetime
    actor_kind: ActorKind
    actor: str | None
    action: str
    preselection_id: UUID | None
    request_id: UUID | None
    plates: Sequence[str]
    facts: Mapping[str, Any]

    @property
    def reason(self) -> str | None:
        return self.facts.get("reason")

    @property
    def place(self) -> tuple[datetime, UUID]:
        """The start of the next page, for `before`: instant and number, written as a UUID."""
        return self.at, UUID(int=self.id)


@dataclass(frozen=True)
class Subject:
    """The subject of an act, in addition to its facts."""

    preselection_id: UUID | None = None
    plates: Sequence[str] = ()


NOTHING = Subject()


async def note(
    connection: AsyncConnection, act: Act, action: AuditAction, about: Subject = NOTHING, **facts: Any
) -> None:
    """Record an act in the transaction that performs it. Facts that are None are left out."""
    await connection.execute(insert(audit).values(act_values(act, action, about, **facts)))


def act_values(act: Act, action: AuditAction, about: Subject = NOTHING, **facts: Any) -> dict[str, Any]:
    """The row of an act, for statements that record many at once."""
    known = facts | {"reason": act.reason}
    return {
        "at": act.at,
        "actor_kind": act.actor_kind,
        "actor": act.actor,
        "action": action,
        "preselection_id": about.preselection_id,
        "plates": list(about.plates),
        "facts": {name: _plain(value) for name, value in known.items() if value is not None},
    }


class AuditTrail:
    """Reads the audit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def between(
        self,
        since: datetime,
        until: datetime,
        *,
        actor: str | None = None,
        action: str | None = None,
        preselection_id: UUID | None = None,
        limit: int = _MOST,
    ) -> list[AuditEntry]:
        """The acts of a period, oldest first: of one actor, of one kind, about one preselection, or all of them."""
        columns = audit.c
        wanted = {columns.actor: actor, columns.action: action, columns.preselection_id: preselection_id}
        conditions: list[ColumnElement[bool]] = [columns.at >= since, columns.at < until]
        conditions += [column == value for column, value in wanted.items() if value is not None]
        found = await self._database.rows(
            select(*_COLUMNS).where(*conditions).order_by(columns.at, columns.id).limit(limit)
        )
        return [_entry(row) for row in found]

    async def record(self, act: Act, action: AuditAction, **facts: Any) -> None:
        """Record an act that changes no row, such as a look at a list."""
        await self._database.rows(insert(audit).values(act_values(act, action, **facts)))

    async def has(self, act: Act, action: AuditAction, request_id: UUID) -> bool:
        """Whether this actor's request was recorded, within the time for which repeats are recognised."""
        return bool(await self._database.rows(_find_record(act, action, request_id)))

    async def record_once(self, act: Act, action: AuditAction, request_id: UUID, about: Subject, **facts: Any) -> None:
        """Record an act that changes no row, unless an earlier attempt of the same request has recorded it."""
        values = act_values(act, action, about, **facts) | {"request_id": request_id}
        async with self._database.transaction() as connection:
            # Two attempts at once wait for each other here.
            await connection.execute(select(func.pg_advisory_xact_lock(request_id.int % 2**63)))
            if (await connection.execute(_find_record(act, action, request_id))).first() is None:
                await connection.execute(insert(audit).values(values))

    async def of_actions(
        self,
        actions: Collection[AuditAction],
        since: datetime,
        until: datetime,
        *,
        limit: int,
        before: tuple[datetime, UUID] | None = None,
    ) -> list[AuditEntry]:
        """The acts of these kinds in a period, newest first; `before` is the last one's `place`."""
        return await self._newest(audit.c.action.in_(actions), since, until, limit=limit, before=before)

    async def through_temporal(
        self, since: datetime, until: datetime, *, limit: int, before: tuple[datetime, UUID] | None = None
    ) -> list[AuditEntry]:
        """What came through Temporal itself in a period, newest first; `before` is the last one's `place`."""
        # As a literal, which the partial index needs.
        came = audit.c.actor_kind == text("'temporal'")
        return await self._newest(came, since, until, limit=limit, before=before)

    async def _newest(
        self,
        which: ColumnElement[bool],
        since: datetime,
        until: datetime,
        *,
        limit: int,
        before: tuple[datetime, UUID] | None,
    ) -> list[AuditEntry]:
        columns = audit.c
        conditions = [which, columns.at >= since, columns.at < until]
        if before:
            at, number = before
            conditions.append(tuple_(columns.at, columns.id) < (at, min(number.int, _LAST_NUMBER)))
        newest = select(*_COLUMNS).where(*conditions).order_by(columns.at.desc(), columns.id.desc()).limit(limit)
        return [_entry(row) for row in await self._database.rows(newest)]


def _find_record(act: Act, action: AuditAction, request_id: UUID) -> Select[tuple[int]]:
    columns = audit.c
    same = (columns.actor == act.actor, columns.action == action, columns.request_id == request_id)
    return select(columns.id).where(*same, columns.at > act.at - _REPEATED_WITHIN).limit(1)


def _entry(row: Row[*tuple[Any, ...]]) -> AuditEntry:
    return AuditEntry(**row._mapping)  # noqa: SLF001 -- the underscore only keeps a column of this name possible


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, UUID | date):
        return str(value)
    return value
