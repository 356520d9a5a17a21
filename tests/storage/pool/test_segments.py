import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.segments import MalformedTemplate, Segment
from storage.offices.offices import Office, Offices
from storage.pool.segments import SegmentOverlaps, SegmentReleases, UnknownPrefix, UnknownSegment
from storage.postgres.database import Database
from tests.storage.pool_world import ACT
from tests.storage.stored_preselections import AT

WEEK = timedelta(days=7)


@pytest.fixture
async def releases(fresh_database: str) -> AsyncIterator[SegmentReleases]:
    """With the prefixes 粤B and 粤C of one office, and 京A of another."""
    own = Database(fresh_database)
    await Offices(own).save(Office("440300", "深圳", "路", "广东", ("粤B", "粤C")))
    await Offices(own).save(Office("110000", "北京", "路", "北京", ("京A",)))
    yield SegmentReleases(own)
    await own.close()


def segment(template: str, prefix: str = "粤B", excluded: tuple[str, ...] = ()) -> Segment:
    return Segment(prefix, template, excluded, AT, AT + WEEK)


async def test_a_released_segment_is_the_prefixs_and_makes_its_revision_grow(releases: SegmentReleases) -> None:
    first, second = segment("!!!!!", excluded=("4****", "*8888")), segment("@!!!!")
    assert (await releases.release(first, ACT)).revision == 1
    assert (await releases.release(second, ACT)).revision == 2
    found = await releases.of_prefix("粤B")
    assert found is not None
    assert (found.revision, set(found.segments)) == (2, {first, second})
    assert await releases.revisions() == {"粤B": 2, "粤C": 0, "京A": 0}


async def test_a_prefix_without_segments_is_known_and_one_of_no_office_is_not(releases: SegmentReleases) -> None:
    empty = await releases.of_prefix("粤C")
    assert empty is not None
    assert (empty.revision, empty.segments) == (0, ())
    assert await releases.of_prefix("粤D") is None
    with pytest.raises(UnknownPrefix):
        await releases.release(segment("!!!!!", "粤D"), ACT)


async def test_a_segment_whose_numbers_another_has_is_refused_and_changes_nothing(releases: SegmentReleases) -> None:
    await releases.release(segment("!!!!!"), ACT)
    for template in ("!!!!!", "88!!!"):
        with pytest.raises(SegmentOverlaps):
            await releases.release(segment(template), ACT)
    assert (await releases.revisions())["粤B"] == 1
    await releases.release(segment("!!!!!", "粤C"), ACT)


async def test_of_two_overlapping_releases_at_once_one_is_refused(releases: SegmentReleases) -> None:
    outcomes = await asyncio.gather(
        *(releases.release(segment(template), ACT) for template in ("!!!!!", "8!!!!", "!8!!!")), return_exceptions=True
    )
    counted = Counter(type(outcome).__name__ for outcome in outcomes)
    found = await releases.of_prefix("粤B")
    assert found is not None
    assert counted["Release"] == len(found.segments) == found.revision
    assert counted["Release"] + counted["SegmentOverlaps"] == 3
    assert not any(one.overlaps(other) for one in found.segments for other in found.segments if one is not other)


async def test_an_offices_segments_are_those_of_all_its_prefixes(releases: SegmentReleases) -> None:
    mine = [segment("!!!!!"), segment("@!!!!", "粤C")]
    for one in (*mine, segment("!!!!!", "京A")):
        await releases.release(one, ACT)
    assert await releases.of_office("440300") == mine
    assert await releases.of_office("999999") == []


async def test_numbers_excluded_later_are_gone_and_the_revision_grows(releases: SegmentReleases) -> None:
    await releases.release(segment("!!!!!", excluded=("4****",)), ACT)
    changed = await releases.exclude("粤B", "!!!!!", ["*8888", "4****", "*8888"], ACT)
    assert changed.revision == 2
    assert changed.segment == segment("!!!!!", excluded=("4****", "*8888"))
    found = await releases.of_prefix("粤B")
    assert found is not None
    assert (found.revision, found.segments) == (2, (changed.segment,))
    assert not found.segments[0].holds("18888")


async def test_numbers_can_be_excluded_from_a_segment_that_there_is_only(releases: SegmentReleases) -> None:
    await releases.release(segment("!!!!!"), ACT)
    with pytest.raises(UnknownSegment):
        await releases.exclude("粤B", "@!!!!", ["*8888"], ACT)
    with pytest.raises(UnknownPrefix):
        await releases.exclude("粤D", "!!!!!", ["*8888"], ACT)
    with pytest.raises(MalformedTemplate):
        await releases.exclude("粤B", "!!!!!", ["*888"], ACT)
    found = await releases.of_prefix("粤B")
    assert found is not None
    assert (found.revision, found.segments) == (1, (segment("!!!!!"),))


@pytest.mark.slow
async def test_two_exclusions_at_once_both_count(releases: SegmentReleases) -> None:
    await releases.release(segment("!!!!!"), ACT)
    await asyncio.gather(*(releases.exclude("粤B", "!!!!!", [f"{digit}****"], ACT) for digit in range(5)))
    found = await releases.of_prefix("粤B")
    assert found is not None
    assert (found.revision, len(found.segments[0].excluded)) == (6, 5)
