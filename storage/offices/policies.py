"""Policies of offices: overrides that an operator requests and a second operator confirms, from an instant on.

A preselection keeps the policy with which it was created, so a change has no effect on the running ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.policy import Plain
from storage.audit.actions import AuditAction
from storage.audit.trail import Act, note
from storage.failures import NotTheSecond
from storage.offices.offices import Office, PolicyChange, office_of, offices_statement
from storage.offices.tables import office_policy
from storage.postgres.database import Database
from storage.postgres.tables import office

_NAMES = (
    "id", "office_code", "effective_from", "overrides", "reason", "requested_at", "requested_by", "confirmed_at",
    "confirmed_by",
)  # fmt: skip
_COLUMNS = [office_policy.c[name] for name in _NAMES]


@dataclass(frozen=True)
class PolicyRequest:
    """Overrides for an office. `effective_from` is None until the confirmation, if the request named no instant."""

    id: UUID
    office_code: str
    effective_from: datetime | None
    overrides: Mapping[str, Plain | None]
    reason: str
    requested_at: datetime
    requested_by: str
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None


class OfficePolicies:
    """Reads and writes the requests; `Office.overrides_at` has the confirmed ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def request(self, new: PolicyRequest) -> PolicyRequest:
        """Write a request, for a known office. A repeat with the same id changes nothing and returns the first."""
        values = {name: getattr(new, name) for name in _NAMES} | {"overrides": dict(new.overrides)}
        async with self._database.transaction() as connection:
            inserting = insert(office_policy).values(values).on_conflict_do_nothing().returning(office_policy.c.id)
            is_new = (await connection.execute(inserting)).one_or_none() is not None
            if is_new:
                act = Act(new.requested_at, "operator", new.requested_by, new.reason)
                await _note(connection, act, "request_policy", new)
        return new if is_new else (await self._list(office_policy.c.id == new.id))[0]

    async def confirm(
        self, request_id: UUID, act: Act, *, check: Callable[[Office, PolicyChange], None]
    ) -> PolicyRequest | None:
        """Confirm as a second operator: it holds from its instant, at the earliest from now. None if nothing waits.

        Raises `NotTheSecond` for the operator who requested it, and what `check` raises for this change of the office.
        """
        async with self._database.transaction() as connection:
            known = await _lock(connection, request_id)
            if known is None or known.confirmed_at:
                return None
            if known.requested_by == act.actor:
                raise NotTheSecond
            start = max(known.effective_from or act.at, act.at)
            check(await _lock_office(connection, known.office_code), PolicyChange(start, known.overrides))
            confirmation = {"effective_from": start, "confirmed_at": act.at, "confirmed_by": act.actor}
            confirming = update(office_policy).where(office_policy.c.id == request_id).values(confirmation)
            confirmed = _request((await connection.execute(confirming.returning(*_COLUMNS))).one())
            await _note(connection, act, "confirm_policy", confirmed)
        return confirmed

    async def get(self, request_id: UUID) -> PolicyRequest | None:
        found = await self._list(office_policy.c.id == request_id)
        return found[0] if found else None

    async def list_unconfirmed(self, *, limit: int = 100) -> list[PolicyRequest]:
        """Requests that no second operator has confirmed yet, newest first."""
        return await self._list(office_policy.c.confirmed_at.is_(None), limit=limit)

    async def _list(self, condition: ColumnElement[bool], *, limit: int = 100) -> list[PolicyRequest]:
        columns = office_policy.c
        newest = select(*_COLUMNS).where(condition).order_by(columns.requested_at.desc(), columns.id).limit(limit)
        return [_request(row) for row in await self._database.rows(newest)]


async def _lock(connection: AsyncConnection, request_id: UUID) -> PolicyRequest | None:
    statement = select(*_COLUMNS).where(office_policy.c.id == request_id).with_for_update()
    found = (await connection.execute(statement)).one_or_none()
    return _request(found) if found else None


async def _lock_office(connection: AsyncConnection, code: str) -> Office:
    """The office with its confirmed policies; confirmations for one office wait for each other."""
    await connection.execute(select(office.c.code).where(office.c.code == code).with_for_update(key_share=True))
    return office_of(tuple((await connection.execute(offices_statement(), {"code": code})).one()))


async def _note(connection: AsyncConnection, act: Act, action: AuditAction, about: PolicyRequest) -> None:
    await note(
        connection,
        act,
        action,
        policy_id=about.id,
        office_code=about.office_code,
        effective_from=about.effective_from,
        overrides=dict(about.overrides),
    )


def _request(row: Row[*tuple[Any, ...]]) -> PolicyRequest:
    return PolicyRequest(**dict(zip(_NAMES, row, strict=True)))
