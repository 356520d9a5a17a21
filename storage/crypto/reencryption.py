"""Encrypts values again with the current encryption key, in bounded batches, while the service runs.

Old and new values can be decrypted meanwhile. A value that was written or cleared since it was read is skipped.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, Table, and_, case, func, or_, select, tuple_, update

from storage.crypto.vault import Vault
from storage.postgres.database import Database
from storage.postgres.sealed import sealed_columns

_AT_ONCE = 200
_TIMEOUT = 30.0


class Reencryption:
    """`tables` are all tables of the database; those without a sealed column are left out."""

    def __init__(self, database: Database, vault: Vault, tables: Iterable[Table]) -> None:
        self._database = database
        self._vault = vault
        self._tables = [table for table in tables if sealed_columns(table)]

    async def run(self) -> int:
        """Process all tables once; returns how many rows had values of another key than the current one."""
        return sum([await self._table(table) for table in self._tables])

    async def remaining_rows(self, head: bytes) -> int:
        """How many rows have a value that begins with this: see `Vault.head`."""
        return sum([await self._count(table, head) for table in self._tables])

    async def _count(self, table: Table, head: bytes) -> int:
        begins = [_head_of(column, len(head)) == head for column in sealed_columns(table)]
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            counted = select(func.count()).select_from(table).where(or_(*begins))
            return int((await connection.execute(counted)).scalar_one())

    async def _table(self, table: Table) -> int:
        changed = 0
        async for batch in self._batches(table):
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                for row in batch:
                    await connection.execute(self._reencrypt_row(table, row))
            changed += len(batch)
        return changed

    async def _batches(self, table: Table) -> AsyncIterator[Sequence[Row[Any]]]:
        """The rows with a value of an older key, in the order of their primary keys, each once."""
        at_once = table.info.get("rows_at_once", _AT_ONCE)
        key, sealed, head = list(table.primary_key), sealed_columns(table), self._vault.head
        stale = or_(*(_head_of(column, len(head)) != head for column in sealed))
        last: tuple[Any, ...] | None = None
        while True:
            conditions = [stale] if last is None else [stale, tuple_(*key) > last]
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                page = select(*key, *sealed).where(*conditions).order_by(*key).limit(at_once)
                batch = (await connection.execute(page)).all()
            if not batch:
                return
            yield batch
            last = tuple(batch[-1][: len(key)])

    def _reencrypt_row(self, table: Table, row: Row[Any]) -> Any:
        values = row._mapping  # noqa: SLF001 -- the underscore only keeps the name possible
        same = and_(*(column == values[column.name] for column in table.primary_key))
        sealed = {column.name: self._reencrypt_value(column, values[column.name]) for column in sealed_columns(table)}
        return update(table).where(same).values(sealed)

    def _reencrypt_value(self, column: Column[Any], value: bytes | None) -> Any:
        if value is None or not self._vault.needs_rotation(value):
            return column
        encrypted = self._vault.encrypt(column, self._vault.decrypt(column, value))
        return case((column == value, encrypted), else_=column)


def _head_of(column: Column[Any], length: int) -> Any:
    return func.substr(column, 1, length, type_=LargeBinary)
