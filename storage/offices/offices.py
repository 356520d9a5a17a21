"""Vehicle offices (车管所), their prefixes, policy overrides, and published notices (业务须知)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from storage.postgres.database import Database
from storage.postgres.tables import notice, office, prefix

_OFFICES = b"""
    SELECT code, name, address, province,
        ARRAY(SELECT prefix FROM prefix WHERE office_code = office.code ORDER BY prefix), policy
    FROM office WHERE CAST(%(code)s AS text) IS NULL OR code = %(code)s ORDER BY code
"""


@dataclass(frozen=True)
class Office:
    """`policy` holds only what this office overrides: name → value, as in `Policy.with_overrides`."""

    code: str
    name: str
    address: str
    province: str
    prefixes: tuple[str, ...]
    policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """A version of an office's 业务须知."""

    office_code: str
    version: str
    title: str
    body: str
    published_at: datetime


class Offices:
    """Reads and writes offices and notices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Office]:
        """Every office, by code."""
        return await self._offices()

    async def get(self, code: str) -> Office | None:
        found = await self._offices(code)
        return found[0] if found else None

    async def save(self, changed: Office) -> None:
        """Write an office and its prefixes, new or known.

        Raises `sqlalchemy.exc.IntegrityError` if a prefix with segments is left out.
        """
        values = {name: getattr(changed, name) for name in ("code", "name", "address", "province")}
        values["policy"] = dict(changed.policy)
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(office).values(values).on_conflict_do_update(index_elements=["code"], set_=values)
            )
            await connection.execute(
                delete(prefix).where(prefix.c.office_code == changed.code, prefix.c.prefix.not_in(changed.prefixes))
            )
            for name in sorted(changed.prefixes):
                held = {"prefix": name, "office_code": changed.code}
                await connection.execute(
                    insert(prefix).values(held).on_conflict_do_update(index_elements=["prefix"], set_=held)
                )

    async def publish(self, published: Notice) -> None:
        """Write a notice; an existing version stays unchanged, because people have agreed to it."""
        values = {name: getattr(published, name) for name in ("office_code", "version", "title", "body")}
        values["published_at"] = published.published_at
        await self._database.rows(insert(notice).values(values).on_conflict_do_nothing())

    async def notice_in_force(self, code: str, at: datetime) -> Notice | None:
        """The newest notice published by `at`."""
        columns = notice.c
        found = await self._database.row(
            select(columns.office_code, columns.version, columns.title, columns.body, columns.published_at)
            .where(columns.office_code == code, columns.published_at <= at)
            .order_by(columns.published_at.desc(), columns.version.desc())
            .limit(1)
        )
        return Notice(*found) if found else None

    async def _offices(self, code: str | None = None) -> list[Office]:
        found = await self._database.fetch_raw(_OFFICES, {"code": code})
        return [Office(row[0], row[1], row[2], row[3], tuple(row[4]), row[5]) for row in found]
