"""Bans (R-41, R-48) of parties that missed a deadline. A party has at most one ban that is not released.

Every check uses the row's `until`: the ban ends at that instant, released or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit.actions import AuditAction
from storage.audit.trail import Act, Subject, note
from storage.bans.releases import IS_LIVE, IS_UNCONFIRMED, confirm_early_release, release_early
from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.postgres.tables import blacklist, preselection


@dataclass(frozen=True)
class NewBan:
    """A new ban. `holder` is the party's masked name; the caller sets `id`, so that a repeat is the same ban."""

    id: UUID
    party_hash: bytes = field(repr=False)
    holder: str = field(repr=False)
    since: datetime
    until: datetime
    preselection_id: UUID


@dataclass(frozen=True)
class Ban:
    """The row of a ban."""

    id: UUID
    party_hash: bytes = field(repr=False)
    preselection_id: UUID
    since: datetime
    until: datetime
    released_at: datetime | None


@dataclass(frozen=True)
class BanEntry:
    """A ban as operators see it; `holder` is masked. `released_by` is who released it early, or None."""

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


_COLUMNS = blacklist.c
_BAN = [_COLUMNS[name] for name in Ban.__dataclass_fields__]
_ENTRY = [_COLUMNS[name] for name in BanEntry.__dataclass_fields__]


class BanRepository:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault
        self._keyed = keys.hashes

    async def ban(self, new: NewBan) -> Ban:
        """Write a ban, or extend the existing one to the later end. Repeating it changes nothing.

        The result has another id than `new` if a ban existed already. A ban that covered this one and was released
        since is not written again: the operator has released the party from both.
        """
        async with self._database.transaction() as connection:
            if self._keyed.is_changing:
                new = await _under_current_hash(connection, new)
            covers = and_(
                _COLUMNS.party_hash == new.party_hash,
                _COLUMNS.since <= new.since,
                _COLUMNS.until >= new.until,
                _was_live(new.since),
            )
            known = select(*_BAN).where(or_(_COLUMNS.id == new.id, covers)).limit(1)
            if earlier := (await connection.execute(known)).one_or_none():
                return Ban(*earlier)
            await _release_ended(connection, new)
            running = select(_COLUMNS.until).where(_COLUMNS.party_hash == new.party_hash, IS_LIVE).with_for_update()
            ran_until = (await connection.execute(running)).scalar()
            ban = Ban(*(await connection.execute(self._begin_or_extend(new))).one())
            if ran_until != ban.until:
                await _note_ban(connection, new, ban)
        return ban

    def _begin_or_extend(self, new: NewBan) -> Executable:
        values = {name: getattr(new, name) for name in ("id", "party_hash", "since", "until", "preselection_id")}
        written = insert(blacklist).values(**values, holder=self._vault.encrypt(_COLUMNS.holder, new.holder))
        return written.on_conflict_do_update(
            index_elements=["party_hash"],
            index_where=IS_LIVE,
            set_={"until": func.greatest(_COLUMNS.until, written.excluded.until)},
        ).returning(*_BAN)

    async def find_ban_end(self, party_hash: bytes, at: datetime) -> datetime | None:
        """The end of the ban that is in force at `at`, or None."""
        in_force = and_(IS_LIVE, _COLUMNS.since <= at, _COLUMNS.until > at)
        found = await self._database.row(
            select(func.max(_COLUMNS.until)).where(_COLUMNS.party_hash.in_(candidate_hashes(party_hash)), in_force)
        )
        return found[0] if found else None

    async def find_unwritten_end(self, party_hash: bytes, ends: Mapping[datetime, datetime]) -> datetime | None:
        """The latest of these ends, by missed deadline, whose ban is not written yet.

        A ban with a later end that was released since the deadline, or extended, is written.
        """
        party = _COLUMNS.party_hash.in_(candidate_hashes(party_hash))
        written = await self._database.rows(select(_COLUMNS.until, _COLUMNS.released_at).where(party))
        unwritten = [
            end
            for deadline, end in ends.items()
            if not any(until >= end and (released is None or released >= deadline) for until, released in written)
        ]
        return max(unwritten, default=None)

    async def get(self, entry_id: UUID) -> Ban | None:
        found = await self._database.row(select(*_BAN).where(_COLUMNS.id == entry_id))
        return Ban(*found) if found else None

    async def release(self, entry_id: UUID, at: datetime) -> Ban | None:
        """Release a ban that is over at `at`; returns the ban, or None if it does not exist."""
        over = update(blacklist).where(_COLUMNS.id == entry_id, IS_LIVE, _COLUMNS.until <= at).values(released_at=at)
        async with self._database.transaction() as connection:
            released = (await connection.execute(over.returning(_COLUMNS.preselection_id))).scalar()
            if released:
                await note(connection, Act(at, "timer"), "release_ban", Subject(released), entry_id=entry_id)
            found = (await connection.execute(select(*_BAN).where(_COLUMNS.id == entry_id))).one_or_none()
        return Ban(*found) if found else None

    async def release_early(self, entry_id: UUID, at: datetime, *, operator: str, reason: str) -> bool:
        """Release a ban early; False when it was released already or does not exist.

        The release takes effect at once; a second operator confirms it afterwards.
        """
        async with self._database.transaction() as connection:
            return await release_early(connection, entry_id, Act(at, "operator", operator, reason))

    async def confirm_release(self, entry_id: UUID, act: Act) -> bool:
        """Confirm an early release as a second operator; False when there is none to confirm.

        Raises `NotTheSecond` for the operator who released it.
        """
        async with self._database.transaction() as connection:
            return await confirm_early_release(connection, entry_id, act)

    async def of_deadline(self, party_hash: bytes, deadline: datetime) -> Ban | None:
        """The ban that covers a missed deadline of the party, released or not; None before it is written."""
        party = _COLUMNS.party_hash.in_(candidate_hashes(party_hash))
        covers = (_COLUMNS.since <= deadline, _COLUMNS.until > deadline, _was_live(deadline))
        newest = select(*_BAN).where(party, *covers).order_by(_COLUMNS.since.desc()).limit(1)
        found = await self._database.row(newest)
        return Ban(*found) if found else None

    async def get_entry(self, entry_id: UUID) -> BanEntry | None:
        found = await self._entries(_COLUMNS.id == entry_id, limit=1)
        return found[0] if found else None

    async def page(
        self,
        *,
        preselection_id: UUID | None = None,
        limit: int = 100,
        before: tuple[datetime, UUID] | None = None,
    ) -> list[BanEntry]:
        """The newest entries; `before` is the `place` of the last one on the previous page."""
        conditions: list[ColumnElement[bool]] = []
        if preselection_id:
            conditions.append(_COLUMNS.preselection_id == preselection_id)
        if before:
            conditions.append(tuple_(_COLUMNS.since, _COLUMNS.id) < before)
        return await self._entries(*conditions, limit=limit)

    async def of_party(self, party_hash: bytes, *, limit: int = 100) -> list[BanEntry]:
        """The bans of one party, newest first."""
        return await self._entries(_COLUMNS.party_hash.in_(candidate_hashes(party_hash)), limit=limit)

    async def unconfirmed_releases(self, *, limit: int = 100) -> list[BanEntry]:
        """Early releases that no second operator has confirmed yet, newest first."""
        return await self._entries(IS_UNCONFIRMED, limit=limit)

    async def early_releases(self, since: datetime, until: datetime, *, limit: int) -> list[BanEntry]:
        """Early releases from `since` to before `until`, confirmed or not."""
        in_time = (_COLUMNS.released_at >= since, _COLUMNS.released_at < until)
        return await self._entries(_COLUMNS.released_by.is_not(None), *in_time, limit=limit)

    async def _entries(self, *conditions: ColumnElement[bool], limit: int) -> list[BanEntry]:
        newest = select(*_ENTRY).where(*conditions).order_by(_COLUMNS.since.desc(), _COLUMNS.id.desc()).limit(limit)
        found = await self._database.rows(newest)
        return [BanEntry(**self._vault.decrypt_row(_ENTRY, row)) for row in found]


def _was_live(at: datetime) -> ColumnElement[bool]:
    """Whether a ban was not released before an instant: an earlier release is none of a later missed deadline."""
    return or_(IS_LIVE, _COLUMNS.released_at >= at)


async def _under_current_hash(connection: AsyncConnection, new: NewBan) -> NewBan:
    """The ban with the party's current hash, locked against a key rotation until the ban is written."""
    columns = preselection.c
    known = select(columns.party_hash).where(columns.id == new.preselection_id).with_for_update(read=True)
    party_hash = (await connection.execute(known)).scalar()
    return replace(new, party_hash=party_hash) if party_hash else new


async def _release_ended(connection: AsyncConnection, new: NewBan) -> None:
    """Release a ban that ended before this one starts: it is another ban, and must not be extended over the gap."""
    over = and_(_COLUMNS.party_hash == new.party_hash, IS_LIVE, _COLUMNS.until <= new.since)
    releasing = update(blacklist).where(over).values(released_at=_COLUMNS.until)
    for ended in await connection.execute(releasing.returning(_COLUMNS.id, _COLUMNS.preselection_id)):
        subject = Subject(ended.preselection_id)
        await note(connection, Act(new.since, "timer"), "release_ban", subject, entry_id=ended.id)


async def _note_ban(connection: AsyncConnection, new: NewBan, ban: Ban) -> None:
    """Audit the ban at the missed deadline, at which it starts or is extended."""
    action: AuditAction = "bar" if ban.id == new.id else "extend_ban"
    facts = {"entry_id": ban.id, "since": ban.since, "until": ban.until}
    await note(connection, Act(new.since, "timer"), action, Subject(new.preselection_id), **facts)
