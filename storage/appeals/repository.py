"""Appeals against bans: filed by the banned party, decided by one operator and confirmed by another.

The confirmation of a granted appeal ends the ban in the same transaction, by the statements of an early release.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, literal_column, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.appeals.tables import appeal, appeal_attachment
from storage.audit.trail import Act, Subject, note
from storage.bans.releases import confirm_early_release, release_early
from storage.crypto.vault import Keys
from storage.failures import NotTheSecond
from storage.postgres.database import Database
from storage.postgres.tables import blacklist, preselection

OPEN, GRANTED, REFUSED = "open", "granted", "refused"
MOST = 500


@dataclass(frozen=True)
class Attachment:
    """A checked file; `content` is base64, and `kind` one of pdf, jpeg and png."""

    name: str = field(repr=False)
    content: str = field(repr=False)
    kind: str
    size: int


@dataclass(frozen=True)
class NewAppeal:
    """The caller sets `id`, so that a repeat is the same appeal."""

    id: UUID
    ban_id: UUID
    preselection_id: UUID
    filed_at: datetime
    decide_by: datetime
    reason: str = field(repr=False)
    attachment: Attachment | None = None


@dataclass(frozen=True)
class UnansweredAppeal:
    """An appeal that needs its workflow, and the office of its preselection."""

    id: UUID
    state: str
    office_code: str


@dataclass(frozen=True)
class AppealStatus:
    """The row of an appeal without what the person has written."""

    id: UUID
    ban_id: UUID
    preselection_id: UUID
    state: str
    filed_at: datetime
    decide_by: datetime
    late_at: datetime | None
    decision: str | None
    decision_reason: str | None
    decided_at: datetime | None
    decided_by: str | None
    confirmed_at: datetime | None
    confirmed_by: str | None


@dataclass(frozen=True)
class AppealEntry(AppealStatus):
    """An appeal as operators see it; `holder` is masked. The last three fields are None without an attachment."""

    reason: str = field(repr=False)
    holder: str = field(repr=False)
    attachment_name: str | None = field(repr=False)
    attachment_kind: str | None
    attachment_size: int | None

    @property
    def place(self) -> tuple[datetime, UUID]:
        """The start of the next page, for `before`."""
        return self.filed_at, self.id


_COLUMNS = appeal.c
_STATUS = [_COLUMNS[name] for name in AppealStatus.__dataclass_fields__]
_FILE = appeal_attachment.c
_ENTRY: list[Column[Any]] = [*_STATUS, _COLUMNS.reason, blacklist.c.holder]
# As a literal, because a plan without the state could not use the index of open appeals.
_IS_OPEN = _COLUMNS.state == literal_column(f"'{OPEN}'")


class AppealRepository:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault

    async def file(self, new: NewAppeal) -> AppealStatus | None:
        """Write an appeal with its attachment; None where the ban has an open one already. A repeat changes nothing."""
        values = {name: getattr(new, name) for name in ("id", "ban_id", "preselection_id", "filed_at", "decide_by")}
        sealed = {"reason": self._vault.encrypt(_COLUMNS.reason, new.reason)}
        writing = insert(appeal).values(**values, **sealed, state=OPEN).on_conflict_do_nothing().returning(_COLUMNS.id)
        async with self._database.transaction() as connection:
            if (await connection.execute(writing)).one_or_none():
                await self._attach(connection, new)
                act, subject = Act(new.filed_at, "applicant"), Subject(new.preselection_id)
                await note(connection, act, "file_appeal", subject, appeal=new.id, entry_id=new.ban_id)
        return await self.get(new.id)

    async def _attach(self, connection: AsyncConnection, new: NewAppeal) -> None:
        if file := new.attachment:
            values = {
                "appeal_id": new.id,
                "name": self._vault.encrypt(_FILE.name, file.name),
                "content": self._vault.encrypt(_FILE.content, file.content),
                "kind": file.kind,
                "size": file.size,
            }
            await connection.execute(insert(appeal_attachment).values(values))

    async def get(self, appeal_id: UUID) -> AppealStatus | None:
        found = await self._database.row(select(*_STATUS).where(_COLUMNS.id == appeal_id))
        return AppealStatus(*found) if found else None

    async def newest_of(self, preselection_id: UUID) -> AppealStatus | None:
        """The appeal that the applicant's page shows."""
        newest = select(*_STATUS).where(_COLUMNS.preselection_id == preselection_id)
        found = await self._database.row(newest.order_by(_COLUMNS.filed_at.desc()).limit(1))
        return AppealStatus(*found) if found else None

    async def list_unanswered(self, confirmed_since: datetime) -> list[UnansweredAppeal]:
        """Appeals whose workflow must run, or may still have to answer: open ones, and those confirmed lately."""
        joined = appeal.join(preselection, preselection.c.id == _COLUMNS.preselection_id)
        wanted = select(_COLUMNS.id, _COLUMNS.state, preselection.c.office_code).select_from(joined)
        wanted = wanted.where(_IS_OPEN | (_COLUMNS.confirmed_at >= confirmed_since))
        found = await self._database.rows(wanted.order_by(_COLUMNS.decide_by).limit(MOST))
        return [UnansweredAppeal(*row) for row in found]

    async def list_unconfirmed(self, *, limit: int = 100) -> list[AppealStatus]:
        """Open appeals whose decision no second operator has confirmed yet, the newest decision first."""
        waiting = select(*_STATUS).where(_IS_OPEN, _COLUMNS.decision.is_not(None))
        found = await self._database.rows(waiting.order_by(_COLUMNS.decided_at.desc()).limit(limit))
        return [AppealStatus(*row) for row in found]

    async def settle(self, appeal_id: UUID, at: datetime) -> AppealStatus | None:
        """Record that an open appeal is late if its deadline has passed at `at`; returns the row."""
        passed = (_COLUMNS.id == appeal_id, _IS_OPEN, _COLUMNS.late_at.is_(None), _COLUMNS.decide_by <= at)
        marking = update(appeal).where(*passed).values(late_at=at).returning(_COLUMNS.preselection_id)
        async with self._database.transaction() as connection:
            if (late := (await connection.execute(marking)).scalar()) is not None:
                await note(connection, Act(at, "timer"), "appeal_late", Subject(late), appeal=appeal_id)
        return await self.get(appeal_id)

    async def decide(self, appeal_id: UUID, decision: str, act: Act) -> bool:
        """Write a decision, without effect until a second operator confirms it; it replaces an unconfirmed one.

        False for an appeal that is not open. `act` has the reason.
        """
        values = {"decision": decision, "decision_reason": act.reason, "decided_at": act.at, "decided_by": act.actor}
        writing = update(appeal).where(_COLUMNS.id == appeal_id, _IS_OPEN).values(values)
        async with self._database.transaction() as connection:
            subject = (await connection.execute(writing.returning(_COLUMNS.preselection_id))).scalar()
            if subject is not None:
                await note(connection, act, "decide_appeal", Subject(subject), appeal=appeal_id, decision=decision)
        return subject is not None

    async def confirm(
        self, appeal_id: UUID, act: Act, *, decided_by: str | None = None, seen: str | None = None
    ) -> bool:
        """Confirm a decision as a second operator; False when none waits, or another than the one that was `seen`.

        With `decided_by` only the decision of this operator, whose person was compared with the caller's.
        A granted appeal releases the ban. Raises `NotTheSecond` for the operator who decided.
        """
        waits = (_COLUMNS.id == appeal_id, _IS_OPEN, _COLUMNS.decision.is_not(None))
        async with self._database.transaction() as connection:
            found = (await connection.execute(select(*_STATUS).where(*waits).with_for_update())).one_or_none()
            if found is None or (seen and seen != found.decision) or (decided_by and decided_by != found.decided_by):
                return False
            decided = AppealStatus(*found)
            if decided.decided_by == act.actor:
                raise NotTheSecond
            values = {"state": decided.decision, "confirmed_at": act.at, "confirmed_by": act.actor}
            await connection.execute(update(appeal).where(_COLUMNS.id == appeal_id).values(values))
            facts = {"appeal": appeal_id, "decision": decided.decision, "first": decided.decided_by}
            await note(connection, act, "confirm_appeal", Subject(decided.preselection_id), **facts)
            if decided.decision == GRANTED:
                await _end_ban(connection, decided, act)
        return True

    async def page(
        self, *, state: str | None = None, limit: int = 100, before: tuple[datetime, UUID] | None = None
    ) -> list[AppealEntry]:
        """The newest appeals; `before` is the `place` of the last one on the previous page."""
        conditions: list[ColumnElement[bool]] = [_COLUMNS.state == state] if state else []
        if before:
            conditions.append(tuple_(_COLUMNS.filed_at, _COLUMNS.id) < before)
        return await self._entries(*conditions, limit=limit)

    async def entry(self, appeal_id: UUID) -> AppealEntry | None:
        found = await self._entries(_COLUMNS.id == appeal_id, limit=1)
        return found[0] if found else None

    async def attachment(self, appeal_id: UUID) -> Attachment | None:
        columns = [_FILE[name] for name in Attachment.__dataclass_fields__]
        found = await self._database.row(select(*columns).where(_FILE.appeal_id == appeal_id))
        return Attachment(**self._vault.decrypt_row(columns, found)) if found else None

    async def _entries(self, *conditions: ColumnElement[bool], limit: int) -> list[AppealEntry]:
        file = [_FILE.name, _FILE.kind, _FILE.size]
        joined = appeal.join(blacklist, blacklist.c.id == _COLUMNS.ban_id).outerjoin(
            appeal_attachment, _FILE.appeal_id == _COLUMNS.id
        )
        newest = select(*_ENTRY, *file).select_from(joined).where(*conditions)
        newest = newest.order_by(_COLUMNS.filed_at.desc(), _COLUMNS.id.desc()).limit(limit)
        return [self._entry(tuple(row)) for row in await self._database.rows(newest)]

    def _entry(self, row: tuple[Any, ...]) -> AppealEntry:
        *values, name, kind, size = row
        return AppealEntry(
            **self._vault.decrypt_row(_ENTRY, values),
            attachment_name=self._vault.decrypt(_FILE.name, name) if name else None,
            attachment_kind=kind,
            attachment_size=size,
        )


async def _end_ban(connection: AsyncConnection, decided: AppealStatus, act: Act) -> None:
    """The early release of the first operator, confirmed by the second; nothing where the ban has ended already."""
    first = Act(act.at, "operator", decided.decided_by, decided.decision_reason)
    if await release_early(connection, decided.ban_id, first):
        await confirm_early_release(connection, decided.ban_id, act)
