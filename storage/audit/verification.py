"""Finds changes of the audit: a row changed, removed, added or moved, and a seal changed or removed.

The owner of the database could recompute all seals after a change. So each maintenance run shows the newest seal's
digest in Temporal and in the log, and a digest stored there or anywhere else can be verified here.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit.seals import (
    BEFORE_THE_FIRST,
    SEAL_COLUMNS,
    Seal,
    row_bytes,
    rows_between,
    seal_digest,
    seal_of,
)
from storage.audit.tables import audit, audit_seal
from storage.postgres.database import Database

PART_ROWS = 20_000
"""Rows of one part: about a second."""

_TIMEOUT = 3_600.0
_PART_TIMEOUT = 10.0
_PART_SEALS = 5_000


FaultKind = Literal["missing_seal", "broken_link", "other_digest", "other_count", "changed"]


@dataclass(frozen=True)
class Fault:
    """A difference from the sealed rows; `seal` is the number of the seal that shows it. `reason` is in English."""

    seal: int
    reason: str
    kind: FaultKind


@dataclass(frozen=True)
class AuditReport:
    """`unsealed` rows are newer than the last seal and can't be verified yet. `last` is the newest seal."""

    seals: int
    rows: int
    unsealed: int
    last: Seal | None
    faults: tuple[Fault, ...] = field(default=())

    @property
    def is_intact(self) -> bool:
        return not self.faults


async def verify_audit(database: Database, noted: Mapping[int, str] | None = None) -> AuditReport:
    """Recompute the whole chain. `noted` are digests in hexadecimal by seal number, from outside the database."""
    async with database.transaction(timeout_s=_TIMEOUT) as connection:
        seals = [seal_of(row) for row in await connection.execute(select(*SEAL_COLUMNS).order_by(audit_seal.c.number))]
        end = max((seal.to_xact for seal in seals), default=0)
        count, faults = await _compare_rows(connection, seals, end)
        later = select(func.count()).select_from(audit).where(audit.c.xact >= end)
        unsealed = (await connection.execute(later)).scalar_one()
    faults = [*_broken_links(seals), *faults, *_compare_digests(seals, noted or {})]
    return AuditReport(len(seals), count, unsealed, seals[-1] if seals else None, tuple(faults))


@dataclass(frozen=True)
class PartReport:
    """The report about some seals; `next` is the number of the last of them, or None after the last of all."""

    report: AuditReport
    next: int | None


async def verify_part(database: Database, after: int) -> PartReport:
    """Recompute the seals that follow the one with this number: at least one, up to about `PART_ROWS` rows."""
    number = audit_seal.c.number
    following = select(*SEAL_COLUMNS).where(number >= after).order_by(number).limit(_PART_SEALS)
    async with database.transaction(timeout_s=_PART_TIMEOUT) as connection:
        found = [seal_of(row) for row in await connection.execute(following)]
        before = found.pop(0) if after and found and found[0].number == after else None
        seals = _within(found)
        begin = before.to_xact if before else 0
        end = max((seal.to_xact for seal in seals), default=begin)
        count, faults = await _compare_rows(connection, seals, end, begin)
        is_last = len(seals) == len(found) < _PART_SEALS - 1
        later = select(func.count()).select_from(audit).where(audit.c.xact >= end)
        unsealed = (await connection.execute(later)).scalar_one() if is_last else 0
    if after and before is None:
        faults = [Fault(after, "the seal is missing", "missing_seal"), *faults]
    faults = [*_broken_links(seals, before), *faults]
    report = AuditReport(len(seals), count, unsealed, seals[-1] if seals else before, tuple(faults))
    return PartReport(report, None if is_last else seals[-1].number)


def _within(seals: list[Seal]) -> list[Seal]:
    """The first seals with about `PART_ROWS` rows, and at least one."""
    rows = 0
    for place, seal in enumerate(seals):
        rows += seal.count
        if rows >= PART_ROWS:
            return seals[: place + 1]
    return seals


def _broken_links(seals: list[Seal], before: Seal | None = None) -> list[Fault]:
    """Seals that do not follow the previous one; `before` is the one before the first of them."""
    faults = []
    number, to_xact, digest = (before.number, before.to_xact, before.digest) if before else (0, 0, BEFORE_THE_FIRST)
    for seal in seals:
        if seal.number != number + 1:
            faults.append(Fault(number + 1, f"the seal is missing; the next one is {seal.number}", "missing_seal"))
        elif seal.previous != digest or seal.from_xact != to_xact:
            faults.append(Fault(seal.number, "the seal does not follow the previous one", "broken_link"))
        number, to_xact, digest = seal.number, seal.to_xact, seal.digest
    return faults


def _compare_digests(seals: list[Seal], noted: Mapping[int, str]) -> list[Fault]:
    there = {seal.number: seal.digest.hex() for seal in seals}
    return [
        Fault(number, "the seal differs from the stored digest", "other_digest")
        for number, digest in sorted(noted.items())
        if there.get(number) != digest.lower()
    ]


async def _compare_rows(
    connection: AsyncConnection, seals: list[Seal], end: int, begin: int = 0
) -> tuple[int, list[Fault]]:
    """Read the rows of these transactions once and compare them with their seals."""
    faults: list[Fault] = []
    count = 0
    rows = _Rows(rows_between(connection, begin, end).__aiter__())
    for seal in seals:
        digest, found = sha256(), 0
        while (row := await rows.before(seal.to_xact)) is not None:
            digest.update(row_bytes(row))
            found += 1
        count += found
        if found != seal.count:
            faults.append(Fault(seal.number, f"{seal.count} rows were sealed, and there are {found}", "other_count"))
        elif seal_digest(seal, digest.digest()) != seal.digest:
            faults.append(Fault(seal.number, "a row or the seal was changed", "changed"))
    return count, faults


class _Rows:
    """Rows in order, returned up to a limit; the first one beyond it waits for the next seal."""

    def __init__(self, rows: AsyncIterator[Row[Any]]) -> None:
        self._rows = rows
        self._next: Row[Any] | None = None

    async def before(self, xact: int) -> Row[Any] | None:
        if self._next is None:
            self._next = await anext(self._rows, None)
        if self._next is None or self._next.xact >= xact:
            return None
        row, self._next = self._next, None
        return row
