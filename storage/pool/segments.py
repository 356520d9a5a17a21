"""Segments (号段) as rows: which numbers exist. Releasing 3.6 million numbers is one row, not 3.6 million.

Every change of a prefix's segments increments its `revision` in the same transaction, so that everything built from the
older segments is recognised as outdated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.segments import Segment
from storage.audit.tables import audit
from storage.audit.trail import Act, act_values, note
from storage.failures import StorageFailure
from storage.postgres.database import Database
from storage.postgres.tables import prefix, segment

_OF_OFFICE = b"""
    SELECT segment.prefix, template, excluded, released_at, compose_from
    FROM segment JOIN prefix USING (prefix) WHERE office_code = %(code)s
    ORDER BY segment.prefix, released_at, template
"""
_COLUMNS = [segment.c[name] for name in ("prefix", "template", "excluded", "released_at", "compose_from")]


class UnknownPrefix(StorageFailure):
    """No office has this prefix."""


class UnknownSegment(StorageFailure):
    """The prefix has no segment of this template."""


class SegmentOverlaps(StorageFailure):
    """Some of the numbers belong to another segment of the prefix."""


class NumbersExcluded(StorageFailure):
    """Some of the numbers were excluded from another segment of the prefix, for good."""


@dataclass(frozen=True)
class Release:
    """A released segment, and the revision of its prefix that includes it."""

    id: UUID
    segment: Segment
    revision: int


@dataclass(frozen=True)
class PrefixSegments:
    """All segments of a prefix, as of a revision."""

    prefix: str
    revision: int
    segments: tuple[Segment, ...]


class SegmentRepository:
    """Reads and writes segments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def release(self, released: Segment, act: Act, *, release_id: UUID | None = None) -> Release:
        """Add a segment. Repeating a `release_id` changes nothing.

        Raises `UnknownPrefix`, `SegmentOverlaps`, and `NumbersExcluded`: no other segment lifts an exclusion.
        Parallel changes of one prefix wait for each other, so that neither misses the other's numbers.
        """
        async with self._database.transaction() as connection:
            known = await _lock_revision(connection, released.prefix)
            earlier = await _find_release(connection, release_id, known) if release_id else None
            if earlier:
                return earlier
            others = await _segments(connection, released.prefix)
            _require_new_numbers(released, others)
            release = Release(release_id or uuid4(), released, known + 1)
            await _insert(connection, release)
            await note(connection, act, "release_segment", **_facts(release))
        return release

    async def release_all(self, released: Sequence[Segment], act: Act) -> list[Release]:
        """Add segments of one prefix, all or none, as `release` adds each of them, with fewer statements."""
        [name] = {each.prefix for each in released}
        async with self._database.transaction() as connection:
            known, taken = await _lock_revision(connection, name), await _segments(connection, name)
            releases: list[Release] = []
            for each in released:
                _require_new_numbers(each, taken)
                taken.append(each)
                releases.append(Release(uuid4(), each, known + len(releases) + 1))
            await connection.execute(insert(segment), [_values(release) for release in releases])
            await _set_revision(connection, name, releases[-1].revision)
            acts = [act_values(act, "release_segment", **_facts(release)) for release in releases]
            await connection.execute(insert(audit), acts)
        return releases

    async def exclude(self, name: str, template: str, excluded: Sequence[str], act: Act) -> Release:
        """Exclude numbers from a segment permanently, with templates; live claims on them stay unchanged.

        Raises `UnknownPrefix`, `UnknownSegment`, and `MalformedTemplate` for an impossible exclusion.
        """
        async with self._database.transaction() as connection:
            known = await _lock_revision(connection, name)
            found = (await connection.execute(_one(name, template).add_columns(segment.c.id))).one_or_none()
            if found is None:
                raise UnknownSegment(f"{name} has no segment {template}")
            before = _segment(*found[:-1])
            smaller = replace(before, excluded=(*before.excluded, *excluded))
            # A repeated exclusion adds nothing.
            smaller = replace(smaller, excluded=tuple(dict.fromkeys(smaller.excluded)))
            release = Release(found.id, smaller, known + 1)
            await connection.execute(
                update(segment).where(segment.c.id == release.id).values(excluded=list(smaller.excluded))
            )
            await _set_revision(connection, name, release.revision)
            await note(connection, act, "exclude_numbers", **_facts(release))
        return release

    async def get(self, segment_id: UUID) -> Segment | None:
        found = await self._database.rows(select(*_COLUMNS).where(segment.c.id == segment_id))
        return _segment(*found[0]) if found else None

    async def compose_from(self, segment_id: UUID, compose_from: datetime) -> Release | None:
        """Let a segment be composed from an instant; None for an unknown one. A repeat changes nothing."""
        async with self._database.transaction() as connection:
            found = (await connection.execute(select(segment.c.prefix).where(segment.c.id == segment_id))).scalar()
            if found is None:
                return None
            revision = await _lock_revision(connection, found) + 1
            changing = update(segment).where(segment.c.id == segment_id).values(compose_from=compose_from)
            row = (await connection.execute(changing.returning(*_COLUMNS))).one()
            await _set_revision(connection, found, revision)
        return Release(segment_id, _segment(*row), revision)

    async def of_prefix(self, name: str) -> PrefixSegments | None:
        """The prefix's segments and its revision, from one snapshot; None for an unknown prefix."""
        statement = (
            select(prefix.c.revision, *_COLUMNS)
            .join_from(prefix, segment, isouter=True)
            .where(prefix.c.prefix == name)
            .order_by(segment.c.released_at, segment.c.template)
        )
        found = await self._database.rows(statement)
        if not found:
            return None
        segments = tuple(_segment(*row[1:]) for row in found if row[1] is not None)
        return PrefixSegments(name, found[0][0], segments)

    async def of_office(self, code: str) -> list[Segment]:
        """All segments of an office, by prefix, oldest first (号段公示)."""
        return [_segment(*row) for row in await self._database.fetch_raw(_OF_OFFICE, {"code": code})]

    async def revisions(self) -> dict[str, int]:
        """The revision of every prefix."""
        found = await self._database.rows(select(prefix.c.prefix, prefix.c.revision))
        return {row[0]: row[1] for row in found}


async def _lock_revision(connection: AsyncConnection, name: str) -> int:
    locked = select(prefix.c.revision).where(prefix.c.prefix == name).with_for_update()
    known = (await connection.execute(locked)).scalar()
    if known is None:
        raise UnknownPrefix(f"no office has {name}")
    return int(known)


async def _set_revision(connection: AsyncConnection, name: str, revision: int) -> None:
    await connection.execute(update(prefix).where(prefix.c.prefix == name).values(revision=revision))


def _one(name: str, template: str) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(segment.c.prefix == name, segment.c.template == template)


def _facts(release: Release) -> dict[str, Any]:
    names = ("prefix", "template", "excluded", "released_at", "compose_from")
    facts = {name: getattr(release.segment, name) for name in names}
    return facts | {"segment_id": release.id, "revision": release.revision}


async def _segments(connection: AsyncConnection, name: str) -> list[Segment]:
    found = await connection.execute(select(*_COLUMNS).where(segment.c.prefix == name))
    return [_segment(*row) for row in found]


async def _find_release(connection: AsyncConnection, release_id: UUID, revision: int) -> Release | None:
    found = (await connection.execute(select(*_COLUMNS).where(segment.c.id == release_id))).one_or_none()
    return Release(release_id, _segment(*found), revision) if found else None


async def _insert(connection: AsyncConnection, release: Release) -> None:
    await connection.execute(insert(segment).values(_values(release)))
    await _set_revision(connection, release.segment.prefix, release.revision)


def _require_new_numbers(released: Segment, others: Sequence[Segment]) -> None:
    """Raises `SegmentOverlaps`, and `NumbersExcluded`: no other segment lifts an exclusion."""
    if any(released.overlaps(other) for other in others):
        raise SegmentOverlaps(f"overlaps another segment of {released.prefix}")
    if any(released.takes_excluded_of(other) for other in others):
        raise NumbersExcluded(f"holds excluded numbers of {released.prefix}")


def _values(release: Release) -> dict[str, Any]:
    row = release.segment
    return {
        "id": release.id,
        "prefix": row.prefix,
        "template": row.template,
        "excluded": list(row.excluded),
        "released_at": row.released_at,
        "compose_from": row.compose_from,
    }


def _segment(name: str, template: str, excluded: list[str], released_at: datetime, compose_from: datetime) -> Segment:
    return Segment(name, template, tuple(excluded), released_at, compose_from)
