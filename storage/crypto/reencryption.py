"""Encrypts values again with the current encryption key, in bounded batches, while the service runs.

Old and new values can be decrypted meanwhile. A value that was written or cleared since it was read is skipped.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, Table, and_, case, func, or_, select, tuple_, update

from storage.crypto.vault import Vault
from storage.postgres.database import Database
from storage.postgres.tables import blacklist, idempotency, preselection, sms_outbox
from storage.preselections.tables import desk_reason

_AT_ONCE = 200
_TIMEOUT = 30.0


@dataclass(frozen=True)
class Sealed:
    """A table, the names of its primary key's columns, and of its encrypted columns."""

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]


SEALED = (
    Sealed(preselection, ("id",), ("party_name", "party_id", "phone", "vin", "certificate_number", "seller")),
    Sealed(blacklist, ("id",), ("holder",)),
    Sealed(desk_reason, ("request_id",), ("reason",)),
    Sealed(sms_outbox, ("id",), ("phone", "text", "code")),
    Sealed(idempotency, ("caller_hash", "path", "key"), ("answer",)),
)
"""Every encrypted column; a test compares them with the tables."""


class Reencryption:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def run(self) -> int:
        """Process all tables once; returns how many rows had values of another key than the current one."""
        return sum([await self._table(sealed) for sealed in SEALED])

    async def remaining_rows(self, head: bytes) -> int:
        """How many rows have a value that begins with this: see `Vault.head`."""
        return sum([await self._count(sealed, head) for sealed in SEALED])

    async def _count(self, sealed: Sealed, head: bytes) -> int:
        begins = [_head_of(sealed.table.c[name], len(head)) == head for name in sealed.columns]
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            counted = select(func.count()).select_from(sealed.table).where(or_(*begins))
            return int((await connection.execute(counted)).scalar_one())

    async def _table(self, sealed: Sealed) -> int:
        changed = 0
        async for batch in self._batches(sealed):
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                for row in batch:
                    await connection.execute(self._reencrypt_row(sealed, row))
            changed += len(batch)
        return changed

    async def _batches(self, sealed: Sealed) -> AsyncIterator[Sequence[Row[Any]]]:
        """The rows with a value of an older key, in the order of their primary keys, each once."""
        key, head = [sealed.table.c[name] for name in sealed.key], self._vault.head
        stale = or_(*(_head_of(sealed.table.c[name], len(head)) != head for name in sealed.columns))
        names = [sealed.table.c[name] for name in (*sealed.key, *sealed.columns)]
        last: tuple[Any, ...] | None = None
        while True:
            conditions = [stale] if last is None else [stale, tuple_(*key) > last]
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                page = select(*names).where(*conditions).order_by(*key).limit(_AT_ONCE)
                batch = (await connection.execute(page)).all()
            if not batch:
                return
            yield batch
            last = tuple(batch[-1][: len(key)])

    def _reencrypt_row(self, sealed: Sealed, row: Row[Any]) -> Any:
        columns, values = sealed.table.c, row._mapping  # noqa: SLF001 -- the underscore only keeps the name possible
        same = and_(*(columns[name] == values[name] for name in sealed.key))
        return (
            update(sealed.table)
            .where(same)
            .values({name: self._reencrypt_value(sealed, name, values[name]) for name in sealed.columns})
        )

    def _reencrypt_value(self, sealed: Sealed, name: str, value: bytes | None) -> Any:
        column = sealed.table.c[name]
        if value is None or not self._vault.needs_rotation(value):
            return column
        of = f"{sealed.table.name}.{name}"
        anew = self._vault.encrypt(of, self._vault.decrypt(of, value))
        return case((column == value, anew), else_=column)


def _head_of(column: Column[Any], length: int) -> Any:
    return func.substr(column, 1, length, type_=LargeBinary)
