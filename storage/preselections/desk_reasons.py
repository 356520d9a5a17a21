"""The reasons that clerks give at the desk, as free text: encrypted, and stored apart from the act.

The API writes the reason with the request's id before it sends the act to the workflow; audit and decision have the
same id.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.preselections.tables import desk_reason

_COLUMNS = [desk_reason.c[name] for name in ("request_id", "preselection_id", "clerk", "reason", "at")]


@dataclass(frozen=True)
class DeskReason:
    """Why a clerk acted; `clerk` is the clerk's keyed hash."""

    request_id: UUID
    preselection_id: UUID
    clerk: str
    reason: str = field(repr=False)
    at: datetime


class DeskReasons:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault

    async def add(self, given: DeskReason) -> None:
        """Store a reason; the first one of a request stays."""
        sealed = self._vault.encrypt(desk_reason.c.reason, given.reason)
        values = {name: getattr(given, name) for name in ("request_id", "preselection_id", "clerk", "at")}
        await self._database.rows(
            insert(desk_reason)
            .values(values | {"reason": sealed})
            .on_conflict_do_nothing(index_elements=["request_id"])
        )

    async def remove(self, request_id: UUID) -> None:
        """Delete the reason of an act that was refused."""
        await self._database.rows(delete(desk_reason).where(desk_reason.c.request_id == request_id))

    async def of_preselection(self, preselection_id: UUID) -> list[DeskReason]:
        """The reasons about one preselection, oldest first; also of acts that were refused in the end."""
        columns = desk_reason.c
        found = await self._database.rows(
            select(*_COLUMNS).where(columns.preselection_id == preselection_id).order_by(columns.at)
        )
        return [DeskReason(**self._vault.decrypt_row(_COLUMNS, row)) for row in found]
