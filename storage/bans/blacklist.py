"""The blacklist (R-41, R-48): parties that missed a deadline. A party has at most one ban that is not released.

Every check uses the row's `until`: the ban ends at that instant, released or not.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, and_, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit.trail import Act, Subject, note
from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.postgres.tables import blacklist, preselection

_COLUMN = "blacklist.holder"
_BAN = (blacklist.c.id, blacklist.c.since, blacklist.c.until)


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
class BanRow:
    """The row of a ban."""

    id: UUID
    party_hash: bytes = field(repr=False)
    preselection_id: UUID
    until: datetime
    released_at: datetime | None


@dataclass(frozen=True)
class BanStatus:
    """`until` is None after the release."""

    preselection_id: UUID
    until: datetime | None


@dataclass(frozen=True)
class Ban:
    """A ban; `extended` if it existed already and only its end has moved."""

    id: UUID
    since: datetime
    until: datetime
    extended: bool


class Blacklist:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault
        self._keyed = keys.hashes

    async def bar(self, new: NewBan) -> Ban:
        """Write a ban, or extend the existing one to the later end. Repeating it changes nothing."""
        columns = blacklist.c
        async with self._database.transaction() as connection:
            earlier = (await connection.execute(select(*_BAN).where(columns.id == new.id))).one_or_none()
            if earlier:
                return Ban(*earlier, extended=False)
            if self._keyed.is_changing:
                new = await _as_the_row_says(connection, new)
            running = select(columns.until).where(columns.party_hash == new.party_hash, columns.released_at.is_(None))
            await _release_what_is_over(connection, new)
            ran_until = (await connection.execute(running.with_for_update())).scalar()
            entry_id, since, until = (await connection.execute(self._extending(new))).one()
            if ran_until != until:
                await _note_ban(connection, new, Ban(entry_id, since, until, extended=entry_id != new.id))
        return Ban(entry_id, since, until, extended=entry_id != new.id)

    def _extending(self, new: NewBan) -> Executable:
        columns = blacklist.c
        values = {name: getattr(new, name) for name in ("id", "party_hash", "since", "until", "preselection_id")}
        written = insert(blacklist).values(**values, holder=self._vault.encrypt(_COLUMN, new.holder))
        return written.on_conflict_do_update(
            index_elements=["party_hash"],
            index_where=columns.released_at.is_(None),
            set_={"until": func.greatest(columns.until, written.excluded.until)},
        ).returning(*_BAN)

    async def barred_until(self, party_hash: bytes, at: datetime) -> datetime | None:
        """The end of the ban that is in force at `at`, or None."""
        columns = blacklist.c
        found = await self._database.row(
            select(func.max(columns.until)).where(columns.party_hash.in_(candidate_hashes(party_hash)), _holds(at))
        )
        return found[0] if found else None

    async def has_entered(self, party_hash: bytes, until: datetime) -> bool:
        """Whether a ban with this end was ever written, even if it was released early or extended since."""
        columns = blacklist.c
        entered = (
            select(columns.id)
            .where(columns.party_hash.in_(candidate_hashes(party_hash)), columns.until >= until)
            .limit(1)
        )
        return await self._database.row(entered) is not None

    async def get(self, entry_id: UUID) -> BanRow | None:
        columns = blacklist.c
        wanted = (columns.id, columns.party_hash, columns.preselection_id, columns.until, columns.released_at)
        found = await self._database.row(select(*wanted).where(columns.id == entry_id))
        return BanRow(*found) if found else None

    async def release(self, entry_id: UUID, at: datetime) -> BanStatus | None:
        """Release a ban that is over at `at`; returns the ban, or None if it does not exist."""
        columns = blacklist.c
        live = and_(columns.id == entry_id, columns.released_at.is_(None))
        over = update(blacklist).where(live, columns.until <= at).values(released_at=at)
        async with self._database.transaction() as connection:
            released = (await connection.execute(over.returning(columns.preselection_id))).scalar()
            if released:
                act = Act(at, "timer")
                await note(connection, act, "release_ban", Subject(released), entry_id=entry_id)
            until = case((columns.released_at.is_(None), columns.until))
            now = select(columns.preselection_id, until).where(columns.id == entry_id)
            found = (await connection.execute(now)).one_or_none()
        return BanStatus(*found) if found else None

    async def release_early(self, entry_id: UUID, at: datetime, *, operator: str, reason: str) -> bool:
        """Release a ban early; False when it was released already or does not exist.

        The release takes effect at once; a second operator confirms it afterwards (`storage.bans.ban_list`).
        """
        columns = blacklist.c
        releasing = (
            update(blacklist)
            .where(columns.id == entry_id, columns.released_at.is_(None))
            .values(released_at=at, released_by=operator, release_reason=reason)
            .returning(columns.preselection_id, columns.until)
        )
        async with self._database.transaction() as connection:
            released = (await connection.execute(releasing)).one_or_none()
            if released:
                act = Act(at, "operator", operator, reason)
                subject = Subject(released.preselection_id)
                await note(connection, act, "release_ban_early", subject, entry_id=entry_id, until=released.until)
        return released is not None


async def _as_the_row_says(connection: AsyncConnection, new: NewBan) -> NewBan:
    """The ban with the party's current hash, locked against a key rotation until the ban is written."""
    columns = preselection.c
    known = select(columns.party_hash).where(columns.id == new.preselection_id).with_for_update(read=True)
    party_hash = (await connection.execute(known)).scalar()
    return replace(new, party_hash=party_hash) if party_hash else new


def _holds(at: datetime) -> ColumnElement[bool]:
    columns = blacklist.c
    return and_(columns.released_at.is_(None), columns.since <= at, columns.until > at)


async def _release_what_is_over(connection: AsyncConnection, new: NewBan) -> None:
    """Release a ban that ended before this one starts: it is another ban, and must not be extended over the gap."""
    columns = blacklist.c
    over = and_(columns.party_hash == new.party_hash, columns.released_at.is_(None), columns.until <= new.since)
    releasing = update(blacklist).where(over).values(released_at=columns.until)
    for entry in await connection.execute(releasing.returning(columns.id, columns.preselection_id)):
        await note(
            connection, Act(new.since, "timer"), "release_ban", Subject(entry.preselection_id), entry_id=entry.id
        )


async def _note_ban(connection: AsyncConnection, new: NewBan, ban: Ban) -> None:
    """Audit the ban at the missed deadline, at which it starts or is extended."""
    action = "extend_ban" if ban.extended else "bar"
    facts = {"entry_id": ban.id, "since": ban.since, "until": ban.until}
    await note(connection, Act(new.since, "timer"), action, Subject(new.preselection_id), **facts)
