"""Marks: tables of one row, which state how far something has come."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Select, SmallInteger, Table, select
from sqlalchemy.dialects.postgresql import Insert, insert

from storage.postgres.tables import metadata


def mark_table(name: str, value: Column[Any]) -> Table:
    """The table of a mark, with its value in this column."""
    id_ = Column("id", SmallInteger, primary_key=True, autoincrement=False)
    return Table(name, metadata, id_, value, CheckConstraint("id = 1", name="one_row"))


def read_mark(mark: Table) -> Select[Any]:
    """Its value; no row before it was set."""
    return select(_value_column(mark))


def set_first_mark(mark: Table, value: object) -> Insert:
    """Set a mark that has no row yet."""
    return insert(mark).values({"id": 1, _value_column(mark).name: value})


def set_mark(mark: Table, value: object) -> Insert:
    """Set a mark, whether or not it has a row."""
    column = _value_column(mark).name
    return set_first_mark(mark, value).on_conflict_do_update(index_elements=["id"], set_={column: value})


def _value_column(mark: Table) -> Column[Any]:
    [column] = (column for column in mark.columns if not column.primary_key)
    return column
