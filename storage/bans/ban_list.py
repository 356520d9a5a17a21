"""The blacklist for operators, and the second operator's confirmation of an early release."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, tuple_, update

from storage.audit.trail import Act, Subject, note
from storage.crypto.vault import Keys
from storage.failures import NotTheSecond
from storage.postgres.database import Database
from storage.postgres.tables import blacklist

_COLUMN = "blacklist.holder"
_NAMES = (
    "id", "holder", "since", "until", "preselection_id", "released_at", "released_by", "release_reason", "confirmed_by",
    "confirmed_at",
)  # fmt: skip
_COLUMNS = [blacklist.c[name] for name in _NAMES]


@dataclass(frozen=True)
class BanEntry:
    """An entry; `holder` is masked. `released_by` is the operator who released it early, or None."""

    id: UUID
    holder: str = field(repr=False)
    since: datetime
    until: datetime
    preselection_id: UUID
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None
    confirmed_by: str | None
    confirmed_at: datetime | None

    @property
    def place(self) -> tuple[datetime, UUID]:
        """The start of the next page, for `before`."""
        return self.since, self.id


class BanList:
    """Reads entries, newest first, and confirms early releases."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault

    async def get(self, entry_id: UUID) -> BanEntry | None:
        found = await self._entries(blacklist.c.id == entry_id, limit=1)
        return found[0] if found else None

    async def page(
        self,
        *,
        preselection_id: UUID | None = None,
        limit: int = 100,
        before: tuple[datetime, UUID] | None = None,
    ) -> list[BanEntry]:
        """The newest entries; `before` is the `place` of the last one on the previous page."""
        columns = blacklist.c
        conditions: list[ColumnElement[bool]] = []
        if preselection_id:
            conditions.append(columns.preselection_id == preselection_id)
        if before:
            conditions.append(tuple_(columns.since, columns.id) < before)
        return await self._entries(*conditions, limit=limit)

    async def unconfirmed(self, *, limit: int = 100) -> list[BanEntry]:
        """Early releases that no second operator has confirmed yet, newest first."""
        columns = blacklist.c
        return await self._entries(columns.released_by.is_not(None), columns.confirmed_at.is_(None), limit=limit)

    async def released_early(self, since: datetime, until: datetime, *, limit: int) -> list[BanEntry]:
        """Early releases from `since` to before `until`, confirmed or not."""
        columns = blacklist.c
        in_time = (columns.released_at >= since, columns.released_at < until)
        return await self._entries(columns.released_by.is_not(None), *in_time, limit=limit)

    async def confirm_release(self, entry_id: UUID, act: Act) -> bool:
        """Confirm an early release as a second operator; False when there is none to confirm.

        Raises `NotTheSecond` for the operator who released it.
        """
        columns = blacklist.c
        which = (columns.id == entry_id, columns.released_by.is_not(None), columns.confirmed_at.is_(None))
        confirming = update(blacklist).where(*which).values(confirmed_by=act.actor, confirmed_at=act.at)
        async with self._database.transaction() as connection:
            open_release = select(columns.released_by, columns.preselection_id).where(*which).with_for_update()
            found = (await connection.execute(open_release)).one_or_none()
            if found is None:
                return False
            if found.released_by == act.actor:
                raise NotTheSecond
            await connection.execute(confirming)
            subject = Subject(found.preselection_id)
            await note(connection, act, "confirm_ban_release", subject, entry_id=entry_id, first=found.released_by)
        return True

    async def _entries(self, *conditions: ColumnElement[bool], limit: int) -> list[BanEntry]:
        columns = blacklist.c
        newest = select(*_COLUMNS).where(*conditions).order_by(columns.since.desc(), columns.id.desc()).limit(limit)
        return [self._entry(row) for row in await self._database.rows(newest)]

    def _entry(self, row: Row[*tuple[Any, ...]]) -> BanEntry:
        values = dict(zip(_NAMES, row, strict=True))
        return BanEntry(**values | {"holder": self._vault.decrypt(_COLUMN, values["holder"])})
