"""Segments (号段) as rows: which numbers exist. Releasing 3.6 million numbers is one row, not 3.6 million.

Every change of a prefix's segments makes its `revision` grow, in the same transaction, so that whatever was built from
the older ones is known to be old.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.segments import Segment
from storage.database import Database
from storage.failures import StorageFailure
from storage.tables import prefix, segment

_COLUMNS = [segment.c[name] for name in ("prefix", "template", "excluded", "released_at", "compose_from")]


class UnknownPrefix(StorageFailure):
    """No office has this prefix."""


class SegmentOverlaps(StorageFailure):
    """Some of the numbers belong to another segment of the prefix."""


@dataclass(frozen=True)
class Release:
    """A segment that was released, and the revision of its prefix that includes it."""

    id: UUID
    segment: Segment
    revision: int


@dataclass(frozen=True)
class PrefixSegments:
    """All segments of a prefix, as of a revision."""

    prefix: str
    revision: int
    segments: tuple[Segment, ...]


class SegmentReleases:
    """Reads and writes segments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def release(self, released: Segment) -> Release:
        """Add a segment. Raises `UnknownPrefix` and `SegmentOverlaps`.

        Two releases for one prefix at once wait for each other, so that neither misses the other's numbers.
        """
        async with self._database.transaction() as connection:
            known = (
                await connection.execute(
                    select(prefix.c.revision).where(prefix.c.prefix == released.prefix).with_for_update()
                )
            ).scalar()
            if known is None:
                raise UnknownPrefix(f"no office has {released.prefix}")
            if any(released.overlaps(other) for other in await _segments(connection, released.prefix)):
                raise SegmentOverlaps(f"overlaps another segment of {released.prefix}")
            release = Release(uuid4(), released, known + 1)
            await _insert(connection, release)
        return release

    async def of_prefix(self, name: str) -> PrefixSegments | None:
        """The prefix's segments and its revision, from one snapshot; None for a prefix that no office has."""
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
        statement = (
            select(*_COLUMNS)
            .join_from(segment, prefix)
            .where(prefix.c.office_code == code)
            .order_by(segment.c.prefix, segment.c.released_at, segment.c.template)
        )
        return [_segment(*row) for row in await self._database.rows(statement)]

    async def revisions(self) -> dict[str, int]:
        """The revision of every prefix."""
        found = await self._database.rows(select(prefix.c.prefix, prefix.c.revision))
        return {row[0]: row[1] for row in found}


async def _segments(connection: AsyncConnection, name: str) -> list[Segment]:
    found = await connection.execute(select(*_COLUMNS).where(segment.c.prefix == name))
    return [_segment(*row) for row in found]


async def _insert(connection: AsyncConnection, release: Release) -> None:
    row = release.segment
    await connection.execute(
        insert(segment).values(
            id=release.id,
            prefix=row.prefix,
            template=row.template,
            excluded=list(row.excluded),
            released_at=row.released_at,
            compose_from=row.compose_from,
        )
    )
    await connection.execute(update(prefix).where(prefix.c.prefix == row.prefix).values(revision=release.revision))


def _segment(name: str, template: str, excluded: list[str], released_at: datetime, compose_from: datetime) -> Segment:
    return Segment(name, template, tuple(excluded), released_at, compose_from)
