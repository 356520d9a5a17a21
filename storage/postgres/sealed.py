"""Encrypted columns. The table says which they are: re-encryption, retention and exports read it from there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Dialect, LargeBinary, Table
from sqlalchemy.types import TypeDecorator

SEALED_VERSION = b"\x01"
"""The first byte of every encrypted value (`storage.crypto.vault`)."""


class Sealed(TypeDecorator[bytes]):
    """A column whose values the `Vault` has encrypted for it. Refuses other values."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, _dialect: Dialect) -> bytes | None:
        if value is not None and not value.startswith(SEALED_VERSION):
            raise ValueError("a value of an encrypted column is not encrypted")
        return value


def is_sealed(column: Any) -> bool:
    return isinstance(column.type, Sealed)


def sealed_columns(table: Table) -> Sequence[Column[Any]]:
    return [column for column in table.columns if is_sealed(column)]


def sealed_name(column: Column[Any]) -> str:
    """The name with which a value is authenticated, "table.column". Raises TypeError for a column of another type."""
    if not is_sealed(column):
        raise TypeError(f"{column} is not declared as encrypted")
    return f"{column.table.name}.{column.name}"
