"""Seals over the audit: digests in a hash chain that shows any change of a row.

A seal covers all rows that the transactions from `from_xact` to before `to_xact` have written. It is made after all of
these have ended, so that no row can be added to it. `seal_digest` and docs/decisions define the digest exactly, so that
it can be recomputed without this program.
"""

import json
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.instants import format_instant
from storage.audit.tables import audit, audit_seal
from storage.postgres.database import Database

BEFORE_THE_FIRST = bytes(32)
"""The previous digest of the first seal."""

MOST_ROWS = 50_000
"""Rows in one seal; more rows need several seals."""

_TIMEOUT = 60.0
_AT_ONCE = 2_000
_ADVISORY_LOCK = 7_320_440_301
_SEAL_NAMES = ("number", "sealed_at", "from_xact", "to_xact", "count", "previous", "digest")
_ROW_NAMES = (
    "xact", "id", "at", "actor_kind", "actor", "action", "preselection_id", "request_id", "plates", "facts",
)  # fmt: skip
SEAL_COLUMNS = [audit_seal.c[name] for name in _SEAL_NAMES]
ROW_COLUMNS = [audit.c[name] for name in _ROW_NAMES]

# Planned for the values of each seal, a statement would read an index page of every month.
_LOCK = text("SELECT pg_advisory_xact_lock(:lock), set_config('plan_cache_mode', 'force_generic_plan', true)")
# Every transaction before this has ended: all its rows exist, or never will.
_HORIZON = text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) + audit_xact_base()")
# No row of these transactions is older (`AuditMonths.close`).
_SINCE = text("SELECT audit_open_since(:from_xact)")
_COMING = text("""
    SELECT count(*), min(xact), max(xact) FROM (
        SELECT xact FROM audit WHERE xact >= :from_xact AND xact < :horizon AND at >= :since
        ORDER BY xact, id LIMIT :most + 1
    ) AS coming
""")

Rows = AsyncIterable[Row[Any]]


@dataclass(frozen=True)
class Seal:
    """One link of the chain."""

    number: int
    sealed_at: datetime
    from_xact: int
    to_xact: int
    count: int
    previous: bytes
    digest: bytes


@dataclass(frozen=True)
class Sealed:
    """The result of one run; `last` is the newest link of the chain, to be stored outside the database too."""

    rows: int
    last: Seal | None
    is_stuck: bool = False
    """New rows would stand before sealed ones: the database was loaded into a new cluster, and not migrated since."""


class AuditSeals:
    """Makes seals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seal(self, at: datetime) -> Sealed:
        """Seal every row that can be sealed now; without such rows no seal is made."""
        rows = 0
        while True:
            made = await self._seal_some(at)
            rows += made.rows
            if not made.rows:
                return Sealed(rows, made.last, made.is_stuck)

    async def _seal_some(self, at: datetime) -> Sealed:
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            await connection.execute(_LOCK, {"lock": _ADVISORY_LOCK})
            newest = select(*SEAL_COLUMNS).order_by(audit_seal.c.number.desc()).limit(1)
            found = (await connection.execute(newest)).one_or_none()
            last = seal_of(found) if found else None
            from_xact = last.to_xact if last else 0
            horizon = int((await connection.execute(_HORIZON)).scalar_one())
            since = (await connection.execute(_SINCE, {"from_xact": from_xact})).scalar_one()
            to_xact = await _boundary(connection, (from_xact, horizon), since)
            if to_xact is None:
                return Sealed(0, last, is_stuck=horizon < from_xact)
            rows = rows_between(connection, from_xact, to_xact, since)
            made = await _make_seal(rows, last, (from_xact, to_xact), at)
            await connection.execute(insert(audit_seal).values({name: getattr(made, name) for name in _SEAL_NAMES}))
        return Sealed(made.count, made)


async def _boundary(connection: AsyncConnection, xacts: tuple[int, int], since: datetime) -> int | None:
    """The end of the next seal, or None if there is no row for it."""
    from_xact, horizon = xacts
    values = {"from_xact": from_xact, "horizon": horizon, "since": since, "most": MOST_ROWS}
    count, first, last = (await connection.execute(_COMING, values)).one()
    if not count:
        return None
    if count <= MOST_ROWS:
        return horizon
    # A transaction's rows stay together, whatever their number.
    return int(last) if last > first else int(last) + 1


async def _make_seal(rows: Rows, last: Seal | None, xacts: tuple[int, int], at: datetime) -> Seal:
    from_xact, to_xact = xacts
    digest, count = sha256(), 0
    async for row in rows:
        digest.update(row_bytes(row))
        count += 1
    number, previous = (last.number + 1, last.digest) if last else (1, BEFORE_THE_FIRST)
    unfinished = Seal(number, at, from_xact, to_xact, count, previous, digest.digest())
    return Seal(number, at, from_xact, to_xact, count, previous, seal_digest(unfinished, digest.digest()))


async def rows_between(
    connection: AsyncConnection, from_xact: int, to_xact: int, since: datetime | None = None
) -> Rows:
    """The rows of these transactions in the order of the digest; `since` leaves out months that have none of them."""
    columns = audit.c
    which = [columns.xact >= from_xact, columns.xact < to_xact, *([columns.at >= since] if since else [])]
    ordered = (
        select(*ROW_COLUMNS).where(*which).order_by(columns.xact, columns.id).execution_options(yield_per=_AT_ONCE)
    )
    async with connection.stream(ordered) as result:
        async for row in result:
            yield row


def row_bytes(row: Sequence[Any]) -> bytes:
    """One row as a line of JSON: its columns in order, instants in UTC, keys sorted, no spaces, UTF-8."""
    xact, number, at, actor_kind, actor, action, preselection_id, request_id, plates, facts = row
    ids = [str(each) if each else None for each in (preselection_id, request_id)]
    return _line([xact, number, at.isoformat(), actor_kind, actor, action, *ids, plates, facts])


def seal_digest(seal: Seal, rows_digest: bytes) -> bytes:
    """SHA-256 over the seal's line, which contains the previous digest and the digest of its rows' lines."""
    head = [seal.number, format_instant(seal.sealed_at), seal.from_xact, seal.to_xact, seal.count]
    return sha256(_line([*head, seal.previous.hex(), rows_digest.hex()])).digest()


def seal_of(row: Sequence[Any]) -> Seal:
    return Seal(**dict(zip(_SEAL_NAMES, row, strict=True)))


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
