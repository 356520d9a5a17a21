"""Series of the counts: read from the rollup tables alone, so that their cost is that of the answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, ColumnElement, Select, Table, cast, func, select

from storage.postgres.database import Database
from storage.postgres.marks import read_mark
from storage.rollups.tables import figure_day, figure_hour, figure_mark

FigureName = Literal["pool_free", "draws", "compositions", "completions", "registrations", "missed", "bans", "sms"]
By = Literal["hour", "day"]


@dataclass(frozen=True)
class Wanted:
    """A figure from `first` to `last`, both included: instants by hour, days by day."""

    name: FigureName
    by: By
    first: datetime | date
    last: datetime | date
    office: str | None = None
    prefix: str | None = None


@dataclass(frozen=True)
class Point:
    """The value of a key in an hour or on a day."""

    key: str
    at: datetime | date
    value: int


class RollupReader:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def counted_until(self) -> datetime | None:
        """The instant up to which all is counted; None before the first run of maintenance."""
        found = await self._database.row(read_mark(figure_mark))
        return found[0] if found else None

    async def points(self, wanted: Wanted) -> list[Point]:
        """The points by key and time. Hours and days without any have no point."""
        return [Point(*row) for row in await self._database.rows(statement_of(wanted))]


def statement_of(wanted: Wanted) -> Select[Any, Any, Any]:
    table: Table = figure_day if wanted.by == "day" else figure_hour
    columns = table.c
    place: Column[datetime | date] = columns.day if wanted.by == "day" else columns.begins
    conditions: list[ColumnElement[bool]] = [columns.name == wanted.name, place.between(wanted.first, wanted.last)]
    if wanted.office:
        conditions.append(columns.office_code == wanted.office)
    if wanted.prefix:
        conditions.append(columns.prefix == wanted.prefix)
    key = _key_of(wanted, table)
    return (
        select(key, place, cast(func.sum(columns.value), BigInteger))
        .where(*conditions)
        .group_by(key, place)
        .order_by(key, place)
    )


def _key_of(wanted: Wanted, table: Table) -> Column[str]:
    """Free numbers by prefix, and of one prefix by pattern; SMS by state; everything else by office."""
    match wanted.name:
        case "pool_free":
            return table.c.detail if wanted.prefix else table.c.prefix
        case "sms":
            return table.c.detail
    return table.c.office_code
