"""Requests of operators that have no effect until a second operator has confirmed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.audit.actions import AuditAction
from storage.audit.trail import Act, note
from storage.failures import NotTheSecond
from storage.postgres.database import Database
from storage.staff.tables import operator_request

Kind = Literal["compose_early", "extend_deadlines"]
_REQUEST: Mapping[Kind, AuditAction] = {
    "compose_early": "request_compose_early",
    "extend_deadlines": "request_extend_deadlines",
}
_CONFIRM: Mapping[Kind, AuditAction] = {
    "compose_early": "confirm_compose_early",
    "extend_deadlines": "confirm_extend_deadlines",
}
_NAMES = ("id", "kind", "wanted", "reason", "requested_at", "requested_by", "confirmed_at", "confirmed_by")
_COLUMNS = [operator_request.c[name] for name in _NAMES]


@dataclass(frozen=True)
class OperatorRequest:
    """`wanted` are the values that the request would change, in JSON."""

    id: UUID
    kind: Kind
    wanted: Mapping[str, Any]
    reason: str | None
    requested_at: datetime
    requested_by: str
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None


class OperatorRequests:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, new: OperatorRequest) -> None:
        """Write a request, and audit it. A repeat with the same id changes nothing."""
        values = {name: getattr(new, name) for name in _NAMES}
        async with self._database.transaction() as connection:
            adding = insert(operator_request).values(values).on_conflict_do_nothing().returning(operator_request.c.id)
            if (await connection.execute(adding)).one_or_none():
                act = Act(new.requested_at, "operator", new.requested_by, new.reason)
                await note(connection, act, _REQUEST[new.kind], request=new.id, wanted=dict(new.wanted))

    async def confirm(self, request_id: UUID, kind: Kind, act: Act) -> bool:
        """Confirm as a second operator; False when nothing waits. Raises `NotTheSecond` for who requested it."""
        columns = operator_request.c
        which = (columns.id == request_id, columns.kind == kind, columns.confirmed_at.is_(None))
        async with self._database.transaction() as connection:
            known = (await connection.execute(select(*_COLUMNS).where(*which).with_for_update())).one_or_none()
            if known is None:
                return False
            if known.requested_by == act.actor:
                raise NotTheSecond
            values = {"confirmed_at": act.at, "confirmed_by": act.actor}
            await connection.execute(update(operator_request).where(columns.id == request_id).values(values))
            facts = {"request": request_id, "wanted": known.wanted, "first": known.requested_by}
            await note(connection, act, _CONFIRM[kind], **facts)
        return True

    async def get(self, request_id: UUID, kind: Kind) -> OperatorRequest | None:
        found = await self._list(operator_request.c.id == request_id, operator_request.c.kind == kind)
        return found[0] if found else None

    async def list_unconfirmed(self, *, limit: int = 100) -> list[OperatorRequest]:
        """Requests that no second operator has confirmed yet, newest first."""
        return await self._list(operator_request.c.confirmed_at.is_(None), limit=limit)

    async def _list(self, *conditions: ColumnElement[bool], limit: int = 100) -> list[OperatorRequest]:
        newest = select(*_COLUMNS).where(*conditions).order_by(operator_request.c.requested_at.desc()).limit(limit)
        return [OperatorRequest(**row._mapping) for row in await self._database.rows(newest)]  # noqa: SLF001 -- the underscore only keeps a column of this name possible
