"""Numbers that an operator withholds from the pool, with a reason, and releases again.

Both take effect at once, and a second operator confirms each afterwards; unconfirmed ones are listed. Whoever does not
agree releases the numbers: then exactly those that were withheld become free. A released number cools for a random time
first, so that nobody can know when it is free.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.dependencies import DependencyUnavailable
from domain.withholding import WithholdingKind
from storage.audit.actions import AuditAction
from storage.audit.trail import Act, Subject, note
from storage.failures import NotTheSecond
from storage.pool.cooling import random_instant
from storage.pool.index import PoolIndex
from storage.pool.tables import withholding
from storage.postgres.database import Database
from storage.postgres.tables import FOREVER

_NAMES = (
    "id", "prefix", "plates", "reason", "withheld_at", "withheld_by", "confirmed_at", "confirmed_by", "released_at",
    "released_by", "release_reason", "release_confirmed_at", "release_confirmed_by", "kind",
)  # fmt: skip
_IN_FORCE_AT_ONCE: tuple[AuditAction, ...] = ("withhold_numbers", "release_withheld")
_COLUMNS = [withholding.c[name] for name in _NAMES]

# In byte order, as in decisions: statements for the same plates queue instead of deadlocking.
_TAKE = text("""
    INSERT INTO claim AS held (plate, kind, until, changed_at)
    SELECT plate, 'withheld', :until, :at FROM unnest(CAST(:plates AS text[])) AS entry (plate)
    ORDER BY plate COLLATE "C"
    ON CONFLICT (plate) DO UPDATE SET
        kind = excluded.kind, preselection_id = NULL, until = excluded.until, changed_at = excluded.changed_at
    WHERE held.until <= :at
    RETURNING plate
""")

_LOCK = text("""
    SELECT plate FROM claim WHERE plate = ANY(CAST(:plates AS text[])) AND kind = 'withheld'
    ORDER BY plate COLLATE "C" FOR UPDATE
""")

_COOL = text("""
    UPDATE claim SET kind = 'cooling', until = entry.until, changed_at = :at
    FROM unnest(CAST(:plates AS text[]), CAST(:untils AS timestamptz[])) AS entry (plate, until)
    WHERE claim.plate = entry.plate
""")


@dataclass(frozen=True)
class Withholding:
    """Numbers of a prefix that were withheld together, and their state."""

    id: UUID
    prefix: str
    plates: Sequence[str]
    reason: str
    withheld_at: datetime
    withheld_by: str
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    released_at: datetime | None = None
    released_by: str | None = None
    release_reason: str | None = None
    release_confirmed_at: datetime | None = None
    release_confirmed_by: str | None = None
    kind: WithholdingKind = "other"


@dataclass(frozen=True)
class Withheld:
    """The withholding, or None if no number was free. `taken` are the numbers with a claim."""

    withholding: Withholding | None
    taken: Sequence[str]


class WithheldNumbers:
    """Withholds and releases numbers. It updates the index at once; without Redis, reconciliation does so later."""

    def __init__(self, database: Database, index: PoolIndex) -> None:
        self._database = database
        self._index = index

    async def withhold(
        self,
        withholding_id: UUID,
        prefix: str,
        plates: Sequence[str],
        act: Act,
        kind: WithholdingKind = "other",
    ) -> Withheld:
        """Withhold the free plates among these. A repeat with the same id changes nothing and returns the same.

        Raises `IntegrityError` of SQLAlchemy for an unknown prefix.
        """
        async with self._database.transaction() as connection:
            known = await _lock(connection, withholding_id)
            if known:
                return _to_result(known, plates)
            values = {"plates": list(plates), "until": FOREVER, "at": act.at}
            free = sorted((await connection.execute(_TAKE, values)).scalars())
            if free:
                known = await _insert(connection, Withholding(withholding_id, prefix, free, *_who(act), kind=kind))
        await self._settle(act.at, taken=free)
        return _to_result(known, plates)

    async def release(
        self, withholding_id: UUID, act: Act, *, earliest: datetime, latest: datetime
    ) -> Withholding | None:
        """Release the numbers; each is free at a random instant between both. None when there is nothing to release."""
        async with self._database.transaction() as connection:
            known = await _lock(connection, withholding_id)
            if known is None or known.released_at:
                return None
            locked = (await connection.execute(_LOCK, {"plates": list(known.plates)})).scalars()
            ends = {plate: random_instant(earliest, latest) for plate in locked}
            values = {"plates": list(ends), "untils": list(ends.values()), "at": act.at}
            await connection.execute(_COOL, values)
            changes = {"released_at": act.at, "released_by": act.actor, "release_reason": act.reason}
            released = await _update(connection, known.id, changes)
            await _note(connection, act, "release_withheld", released)
        await self._settle(act.at, held=ends)
        return released

    async def confirm(self, withholding_id: UUID, act: Act) -> Withholding | None:
        """Confirm as a second operator: the withholding, or else its release. None when nothing waits for it.

        Raises `NotTheSecond` for the operator who did it.
        """
        async with self._database.transaction() as connection:
            known = await _lock(connection, withholding_id)
            step = _next_confirmation(known) if known else None
            if known is None or step is None:
                return None
            if act.actor == (known.withheld_by if step == "confirmed" else known.released_by):
                raise NotTheSecond
            confirmed = await _update(connection, known.id, {f"{step}_at": act.at, f"{step}_by": act.actor})
            action: AuditAction = "confirm_withholding" if step == "confirmed" else "confirm_withheld_release"
            await _note(connection, act, action, confirmed)
        return confirmed

    async def get(self, withholding_id: UUID) -> Withholding | None:
        found = await self._list(withholding.c.id == withholding_id, limit=1)
        return found[0] if found else None

    async def of_prefix(self, prefix: str, *, limit: int = 100) -> list[Withholding]:
        """The newest withholdings of a prefix, released ones too."""
        return await self._list(withholding.c.prefix == prefix, limit=limit)

    async def unconfirmed_withholdings(self, *, limit: int = 100) -> list[Withholding]:
        """Withholdings and releases that no second operator has confirmed yet."""
        columns = withholding.c
        released = columns.released_at.is_not(None) & columns.release_confirmed_at.is_(None)
        return await self._list(or_(columns.confirmed_at.is_(None), released), limit=limit)

    async def between(self, since: datetime, until: datetime, *, limit: int) -> list[Withholding]:
        """Those that were withheld or released from `since` to before `until`, newest first."""
        columns = withholding.c
        withheld = (columns.withheld_at >= since) & (columns.withheld_at < until)
        released = (columns.released_at >= since) & (columns.released_at < until)
        return await self._list(or_(withheld, released), limit=limit)

    async def _list(self, condition: ColumnElement[bool], *, limit: int) -> list[Withholding]:
        columns = withholding.c
        newest = select(*_COLUMNS).where(condition).order_by(columns.withheld_at.desc(), columns.id).limit(limit)
        return [_withholding(row) for row in await self._database.rows(newest)]

    async def _settle(
        self, at: datetime, *, taken: Iterable[str] = (), held: dict[str, datetime] | None = None
    ) -> None:
        plates = list(taken)
        kinds = dict.fromkeys(plates, "withheld") | dict.fromkeys(held or {}, "cooling")
        with suppress(DependencyUnavailable):
            await self._index.settle(at=at, taken=plates, held=held or {}, kinds=kinds)


def _to_result(known: Withholding | None, wanted: Sequence[str]) -> Withheld:
    return Withheld(known, sorted(set(wanted) - set(known.plates if known else ())))


def _who(act: Act) -> tuple[str, datetime, str]:
    return act.reason or "", act.at, act.actor or ""


def _next_confirmation(known: Withholding) -> Literal["confirmed", "release_confirmed"] | None:
    if known.confirmed_at is None:
        return "confirmed"
    return "release_confirmed" if known.released_at and known.release_confirmed_at is None else None


async def _lock(connection: AsyncConnection, withholding_id: UUID) -> Withholding | None:
    statement = select(*_COLUMNS).where(withholding.c.id == withholding_id).with_for_update()
    found = (await connection.execute(statement)).one_or_none()
    return _withholding(found) if found else None


async def _insert(connection: AsyncConnection, new: Withholding) -> Withholding:
    values = {
        name: getattr(new, name) for name in ("id", "prefix", "plates", "reason", "kind", "withheld_at", "withheld_by")
    }
    await connection.execute(insert(withholding).values(values))
    await _note(connection, Act(new.withheld_at, "operator", new.withheld_by, new.reason), "withhold_numbers", new)
    return new


async def _update(connection: AsyncConnection, withholding_id: UUID, changes: dict[str, Any]) -> Withholding:
    statement = update(withholding).where(withholding.c.id == withholding_id).values(changes).returning(*_COLUMNS)
    return _withholding((await connection.execute(statement)).one())


async def _note(connection: AsyncConnection, act: Act, action: AuditAction, about: Withholding) -> None:
    facts: dict[str, Any] = {"withholding_id": about.id, "prefix": about.prefix, "kind": about.kind}
    if action in _IN_FORCE_AT_ONCE:
        facts["in_force"] = True
    await note(connection, act, action, Subject(plates=about.plates), **facts)


def _withholding(row: Row[*tuple[Any, ...]]) -> Withholding:
    return Withholding(**dict(zip(_NAMES, row, strict=True)))
