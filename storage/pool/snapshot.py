"""A prefix as of the database: the masks of its segments and live claims.

There may be millions of claims, so the database returns them as one long text of serials, which a thread converts.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from domain.instants import from_milliseconds
from domain.plates import PREFIX_LENGTH
from domain.segments import Segment, count_by_pattern
from storage.pool.masks import mask_of_serials
from storage.pool.segments import PrefixSegments, SegmentRepository
from storage.postgres.database import Database
from storage.postgres.tables import CLAIM_KINDS, FOREVER, LASTING_KINDS, claim, one_of

_TIMEOUT = 20.0
"""Seconds for a statement that may read all claims of a prefix; no request waits for it."""

# Each act that changes claims is audited with its plates and its instant. The limit makes it an index probe for each.
_CHANGED_SINCE = text("""
    SELECT changed.plate, changed.until
    FROM (SELECT DISTINCT unnest(plates) AS plate FROM audit WHERE at >= :since) AS named, LATERAL (
        SELECT plate, until FROM claim
        WHERE plate = named.plate AND until > :at AND changed_at >= :since
          AND age(xmin) <= age(CAST(CAST(:xmin AS xid8) AS xid)) LIMIT 1
    ) AS changed
    WHERE starts_with(named.plate, :first)
""")
_AFTER_EVERY_SERIAL = "~"
_SERIALS = func.string_agg(func.substr(claim.c.plate, PREFIX_LENGTH + 1), literal(""))


@dataclass(frozen=True)
class PoolSnapshot:
    """A prefix at an instant, with masks of `domain.segments`.

    `claimed` are the numbers with a live claim, in a segment or not; `ending` are the earliest ends of such claims, and
    if there are more, `ending_from` is the end of the first that is left out. `xmin` is for
    `PoolRecords.changes_since`.
    """

    at: datetime
    segments: PrefixSegments
    claimed: int
    ending: dict[str, datetime]
    ending_from: datetime
    xmin: str

    def drawable(self) -> int:
        return _union(self.segments, lambda segment: segment.is_drawable(self.at))


@dataclass(frozen=True)
class SegmentLevel:
    """A segment, how many numbers it has, and how many of them are free."""

    segment: Segment
    numbers: int
    free: int


class PoolRecords:
    """Reads of the pool. All raise `DependencyUnavailable("database")`, and `KeyError` for an unknown prefix."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._segments = SegmentRepository(database)

    async def revisions(self) -> dict[str, int]:
        """The revision of every prefix."""
        return await self._segments.revisions()

    async def snapshot(self, prefix: str, at: datetime, *, endings: int, sure_until: datetime) -> PoolSnapshot:
        """All data of one prefix; of the ends of claims the earliest `endings`, and all up to `sure_until`."""
        # A segment released between the two reads increments the revision beyond the one recorded here.
        segments = await self._of_prefix(prefix)
        row = await self._row(_claims(prefix, at, endings=endings, sure_until=sure_until))
        ends = [(plate, from_milliseconds(until)) for plate, until in row.ending]
        kept = max(endings, sum(until <= sure_until for _, until in ends))
        return PoolSnapshot(
            at=at,
            segments=segments,
            claimed=await _mask(row.serials),
            ending=dict(ends[:kept]),
            ending_from=ends[kept][1] if kept < len(ends) else FOREVER,
            xmin=row.xmin,
        )

    async def changes_since(self, snapshot: PoolSnapshot, *, lag: timedelta) -> dict[str, datetime]:
        """Live claims that were committed after the snapshot was read: plate and end.

        A claim has the instant of its decision, and may be committed up to `lag` later.
        """
        values = {
            "since": snapshot.at - lag,
            "first": snapshot.segments.prefix,
            "at": snapshot.at,
            "xmin": snapshot.xmin,
        }
        return {row.plate: row.until for row in await self._database.rows(_CHANGED_SINCE, values)}

    async def keyboard(self, prefix: str, at: datetime) -> int:
        """The mask of the keyboard's numbers: composable, and without a claim that is longer than a batch."""
        segments = await self._of_prefix(prefix)
        lasting = and_(_live(prefix, at), text(one_of("kind", LASTING_KINDS)))
        row = await self._row(select(_SERIALS.label("serials")).where(lasting))
        return without(_union(segments, lambda segment: segment.is_composable(at)), await _mask(row.serials))

    async def levels(self, prefix: str, at: datetime) -> dict[str, int]:
        """The number of numbers: `total` released ones, of which `free`, and the others by kind of claim.

        Candidates count as offered. Only numbers of released segments are counted.
        """
        drawable = _union(await self._of_prefix(prefix), lambda segment: segment.is_drawable(at))
        row = await self._row(_serials_by_kind(prefix, at))
        levels = {kind: (drawable & await _mask(row.serials.get(kind))).bit_count() for kind in CLAIM_KINDS}
        levels["offered"] += levels.pop("candidate")
        total = drawable.bit_count()
        return {"total": total, "free": total - sum(levels.values()), **levels}

    async def free_by_pattern(self, prefix: str, at: datetime) -> dict[str, int]:
        """The number of free numbers of each pattern."""
        drawable = _union(await self._of_prefix(prefix), lambda segment: segment.is_drawable(at))
        row = await self._row(select(_SERIALS.label("serials")).where(_live(prefix, at)))
        return count_by_pattern(without(drawable, await _mask(row.serials)))

    async def levels_by_segment(self, prefix: str, at: datetime) -> list[SegmentLevel]:
        """Each segment of the prefix with its numbers, and how many of them nobody has."""
        segments = await self._of_prefix(prefix)
        row = await self._row(select(_SERIALS.label("serials")).where(_live(prefix, at)))
        claimed = await _mask(row.serials)
        return [
            SegmentLevel(each, (numbers := each.numbers()).bit_count(), without(numbers, claimed).bit_count())
            for each in segments.segments
        ]

    async def _of_prefix(self, prefix: str) -> PrefixSegments:
        segments = await self._segments.of_prefix(prefix)
        if segments is None:
            raise KeyError(prefix)
        return segments

    async def _row(self, statement: Select[Any]) -> Row[Any]:
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            row: Row[Any] = (await connection.execute(statement)).one()
        return row


def union_of(segments: Iterable[Segment]) -> int:
    """The mask of the numbers of all segments."""
    mask = 0
    for each in segments:
        mask |= each.numbers()
    return mask


def without(mask: int, numbers: int) -> int:
    return mask ^ (mask & numbers)


def _union(segments: PrefixSegments, wanted: Callable[[Segment], bool]) -> int:
    return union_of(segment for segment in segments.segments if wanted(segment))


async def _mask(serials: str | None) -> int:
    return await asyncio.to_thread(mask_of_serials, serials.encode()) if serials else 0


def _live(prefix: str, at: datetime) -> ColumnElement[bool]:
    # A prefix is a range of the primary key, which is compared byte by byte.
    return and_(claim.c.plate > prefix, claim.c.plate < prefix + _AFTER_EVERY_SERIAL, claim.c.until > at)


def _claims(prefix: str, at: datetime, *, endings: int, sure_until: datetime) -> Select[Any]:
    ending = (
        select(
            claim.c.plate,
            cast(func.extract("epoch", claim.c.until) * 1000, BigInteger).label("until"),
            func.row_number().over(order_by=claim.c.until).label("place"),
            func.count().filter(claim.c.until <= sure_until).over().label("sure"),
        )
        .where(_live(prefix, at), claim.c.until < FOREVER)
        .subquery()
    )
    rows = func.json_agg(aggregate_order_by(func.json_build_array(ending.c.plate, ending.c.until), ending.c.place))
    # One more than the limit shows whether, and from when, any is left out.
    soonest = select(func.coalesce(rows, text("'[]'::json"))).where(
        ending.c.place <= func.greatest(ending.c.sure, endings) + 1
    )
    return select(
        cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text).label("xmin"),
        select(_SERIALS).where(_live(prefix, at)).scalar_subquery().label("serials"),
        soonest.scalar_subquery().label("ending"),
    )


def _serials_by_kind(prefix: str, at: datetime) -> Select[Any]:
    kinds = select(claim.c.kind, _SERIALS.label("serials")).where(_live(prefix, at)).group_by(claim.c.kind).subquery()
    together = func.json_object_agg(kinds.c.kind, kinds.c.serials)
    return select(func.coalesce(together, text("'{}'::json")).label("serials"))
