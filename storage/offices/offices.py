"""Vehicle offices (车管所), their prefixes, policy overrides, and published notices (业务须知)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import TextClause, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.coordinates import Coordinates
from domain.offices import LANGUAGES
from domain.policy import Plain
from storage.postgres.database import Database
from storage.postgres.tables import notice, office, prefix

_OFFICES = """
    SELECT code, name, address, province,
        ARRAY(SELECT prefix FROM prefix WHERE office_code = office.code ORDER BY prefix), policy,
        ARRAY(
            SELECT jsonb_build_array(effective_from, overrides) FROM office_policy
            WHERE office_code = office.code AND confirmed_at IS NOT NULL ORDER BY effective_from, confirmed_at, id
        ),
        names, hours, telephone, coordinates
    FROM office WHERE CAST({code} AS text) IS NULL OR code = {code} ORDER BY code
"""
_OFFICES_RAW = _OFFICES.format(code="%(code)s").encode()


@dataclass(frozen=True)
class PolicyChange:
    """Overrides that hold from an instant; a value of None removes the office's override."""

    effective_from: datetime
    overrides: Mapping[str, Plain | None]


@dataclass(frozen=True)
class Office:
    """An office, with its overrides of the deployment's policy: name → value, as in `Policy.with_overrides`.

    `policy` are the overrides that it always had, `policy_changes` the confirmed ones with a start, in order.
    """

    code: str
    name: str
    address: str
    province: str
    prefixes: tuple[str, ...]
    policy: Mapping[str, Plain] = field(default_factory=dict)
    policy_changes: tuple[PolicyChange, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Further names, by language."""
    hours: str | None = None
    telephone: str | None = None
    coordinates: Coordinates | None = None

    def overrides_at(self, at: datetime) -> dict[str, Plain]:
        """What this office overrides at an instant."""
        merged: dict[str, Plain | None] = dict(self.policy)
        for change in self.policy_changes:
            if change.effective_from <= at:
                merged |= change.overrides
        return {name: value for name, value in merged.items() if value is not None}

    def name_in(self, language: str) -> str:
        """The office's name in a language; in Chinese if it has none in that language."""
        return self.names.get(language) or self.name


@dataclass(frozen=True)
class Notice:
    """A version of an office's 业务须知: in Chinese, and in `translations` by language as `title` and `body`."""

    office_code: str
    version: str
    title: str
    body: str
    published_at: datetime
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def words_in(self, language: str) -> tuple[str, str, str]:
        """Language, title and text: in this language if the notice has it, otherwise in Chinese."""
        words = self.translations.get(language)
        return (language, words["title"], words["body"]) if words else (LANGUAGES[0], self.title, self.body)

    def has_words_of(self, other: "Notice") -> bool:
        """Return whether both say the same in every language."""
        mine, theirs = ((each.title, each.body, dict(each.translations)) for each in (self, other))
        return mine == theirs


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
        """Write an office and its prefixes, new or known, without any check."""
        values = row_of_office(changed) | {"policy": dict(changed.policy)}
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(office).values(values).on_conflict_do_update(index_elements=["code"], set_=values)
            )
            await set_prefixes(connection, {changed.code: changed.prefixes})

    async def publish(self, published: Notice) -> None:
        """Write a notice; an existing version stays unchanged, because people have agreed to it."""
        values = {name: getattr(published, name) for name in ("office_code", "version", "title", "body")}
        values |= {"published_at": published.published_at, "translations": dict(published.translations)}
        await self._database.rows(insert(notice).values(values).on_conflict_do_nothing())

    async def notice_in_force(self, code: str, at: datetime) -> Notice | None:
        """The newest notice published by `at`."""
        columns = notice.c
        found = await self._database.row(
            select(*(columns[name] for name in NOTICE_COLUMNS))
            .where(columns.office_code == code, columns.published_at <= at)
            .order_by(columns.published_at.desc(), columns.version.desc())
            .limit(1)
        )
        return Notice(*found) if found else None

    async def _offices(self, code: str | None = None) -> list[Office]:
        return [office_of(row) for row in await self._database.fetch_raw(_OFFICES_RAW, {"code": code})]


NOTICE_COLUMNS = ("office_code", "version", "title", "body", "published_at", "translations")
"""The columns of a `Notice`, in its order."""


def offices_statement() -> TextClause:
    """All offices, or the one of the parameter `code`: for a transaction; each row is one for `office_of`."""
    return text(_OFFICES.format(code=":code"))


def row_of_office(entered: Office) -> dict[str, Any]:
    """The columns that are an office's details."""
    names = ("code", "name", "address", "province", "hours", "telephone")
    place = entered.coordinates
    return {
        **{name: getattr(entered, name) for name in names},
        "names": dict(entered.names),
        "coordinates": place and vars(place),
    }


def office_of(row: Sequence[Any]) -> Office:
    code, name, address, province, prefixes, policy, changes, names, hours, telephone, coordinates = row
    return Office(
        code,
        name,
        address,
        province,
        tuple(prefixes),
        policy,
        tuple(PolicyChange(datetime.fromisoformat(start), overrides) for start, overrides in changes),
        names,
        hours,
        telephone,
        Coordinates(**coordinates) if coordinates else None,
    )


async def set_prefixes(connection: AsyncConnection, wanted: Mapping[str, Sequence[str]]) -> None:
    """Give each of these offices exactly its prefixes. A prefix that no office has any more keeps its segments."""
    owners = [{"prefix": name, "office_code": code} for code, names in wanted.items() for name in names]
    kept = [owner["prefix"] for owner in owners]
    leaving = prefix.c.office_code.in_(list(wanted)) & prefix.c.prefix.not_in(kept)
    await connection.execute(update(prefix).where(leaving).values(office_code=None))
    if owners:
        entering = insert(prefix).values(sorted(owners, key=itemgetter("prefix")))
        taken = {"office_code": entering.excluded.office_code}
        await connection.execute(entering.on_conflict_do_update(index_elements=["prefix"], set_=taken))
