import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from domain.segments import MalformedTemplate, Segment
from storage.audit.trail import AuditTrail
from storage.offices.offices import Office, Offices
from storage.pool.segments import NumbersExcluded, SegmentOverlaps, SegmentRepository, UnknownPrefix, UnknownSegment
from storage.postgres.database import Database
from tests.support.pool import ACT
from tests.support.stored_preselections import AT

WEEK = timedelta(days=7)


@pytest.fixture
async def repository(own_database: Database) -> SegmentRepository:
    """With the prefixes 粤B and 粤C of one office, and 京A of another."""
    await Offices(own_database).save(Office("440300", "深圳", "路", "广东", ("粤B", "粤C")))
    await Offices(own_database).save(Office("110000", "北京", "路", "北京", ("京A",)))
    return SegmentRepository(own_database)


def segment(template: str, prefix: str = "粤B", excluded: tuple[str, ...] = ()) -> Segment:
    return Segment(prefix, template, excluded, AT, AT + WEEK)


async def test_a_released_segment_is_the_prefixs_and_makes_its_revision_grow(repository: SegmentRepository) -> None:
    first, second = segment("!!!!!", excluded=("4****", "*8888")), segment("@!!!!")
    assert (await repository.release(first, ACT)).revision == 1
    assert (await repository.release(second, ACT)).revision == 2
    found = await repository.of_prefix("粤B")
    assert found is not None
    assert (found.revision, set(found.segments)) == (2, {first, second})
    assert await repository.revisions() == {"粤B": 2, "粤C": 0, "京A": 0}


async def test_a_prefix_without_segments_is_known_and_one_of_no_office_is_not(repository: SegmentRepository) -> None:
    empty = await repository.of_prefix("粤C")
    assert empty is not None
    assert (empty.revision, empty.segments) == (0, ())
    assert await repository.of_prefix("粤D") is None
    with pytest.raises(UnknownPrefix):
        await repository.release(segment("!!!!!", "粤D"), ACT)


async def test_a_segment_whose_numbers_another_has_is_refused_and_changes_nothing(
    repository: SegmentRepository,
) -> None:
    await repository.release(segment("!!!!!"), ACT)
    for template in ("!!!!!", "88!!!"):
        with pytest.raises(SegmentOverlaps):
            await repository.release(segment(template), ACT)
    assert (await repository.revisions())["粤B"] == 1
    await repository.release(segment("!!!!!", "粤C"), ACT)


async def test_segments_released_together_are_as_if_each_had_been_released(repository: SegmentRepository) -> None:
    one_by_one = [await repository.release(segment(template, "粤C"), ACT) for template in ("!!!!!", "@!!!!")]
    together = await repository.release_all([segment("!!!!!", excluded=("4****",)), segment("@!!!!")], ACT)
    assert [each.revision for each in together] == [each.revision for each in one_by_one] == [1, 2]
    found = await repository.of_prefix("粤B")
    assert found is not None
    assert (found.revision, list(found.segments)) == (2, [each.segment for each in together])


async def test_of_segments_released_together_none_is_if_one_overlaps(
    repository: SegmentRepository, own_database: Database
) -> None:
    await repository.release(segment("!!!!!"), ACT)
    for templates in (("@!!!!", "88!!!"), ("@!!!!", "A!!!!")):
        with pytest.raises(SegmentOverlaps):
            await repository.release_all([segment(template) for template in templates], ACT)
    assert (await repository.revisions())["粤B"] == 1
    acts = await AuditTrail(own_database).between(ACT.at, ACT.at + WEEK, action="release_segment")
    assert [act.facts["template"] for act in acts] == ["!!!!!"]


async def test_segments_released_together_take_no_excluded_number_either(repository: SegmentRepository) -> None:
    await repository.release(segment("8!!!!", excluded=("88***",)), ACT)
    with pytest.raises(NumbersExcluded):
        await repository.release_all([segment("@!!!!"), segment("88!!!")], ACT)
    assert (await repository.revisions())["粤B"] == 1


async def test_of_two_overlapping_releases_at_once_one_is_refused(repository: SegmentRepository) -> None:
    outcomes = await asyncio.gather(
        *(repository.release(segment(template), ACT) for template in ("!!!!!", "8!!!!", "!8!!!")),
        return_exceptions=True,
    )
    counted = Counter(type(outcome).__name__ for outcome in outcomes)
    found = await repository.of_prefix("粤B")
    assert found is not None
    assert counted["Release"] == len(found.segments) == found.revision
    assert counted["Release"] + counted["SegmentOverlaps"] == 3
    assert not any(one.overlaps(other) for one in found.segments for other in found.segments if one is not other)


async def test_an_offices_segments_are_those_of_all_its_prefixes(repository: SegmentRepository) -> None:
    mine = [segment("!!!!!"), segment("@!!!!", "粤C")]
    for one in (*mine, segment("!!!!!", "京A")):
        await repository.release(one, ACT)
    assert await repository.of_office("440300") == mine
    assert await repository.of_office("999999") == []


async def test_numbers_excluded_later_are_gone_and_the_revision_grows(repository: SegmentRepository) -> None:
    await repository.release(segment("!!!!!", excluded=("4****",)), ACT)
    changed = await repository.exclude("粤B", "!!!!!", ["*8888", "4****", "*8888"], ACT)
    assert changed.revision == 2
    assert changed.segment == segment("!!!!!", excluded=("4****", "*8888"))
    found = await repository.of_prefix("粤B")
    assert found is not None
    assert (found.revision, found.segments) == (2, (changed.segment,))
    assert not found.segments[0].holds("18888")


async def test_numbers_can_be_excluded_from_a_segment_that_there_is_only(repository: SegmentRepository) -> None:
    await repository.release(segment("!!!!!"), ACT)
    with pytest.raises(UnknownSegment):
        await repository.exclude("粤B", "@!!!!", ["*8888"], ACT)
    with pytest.raises(UnknownPrefix):
        await repository.exclude("粤D", "!!!!!", ["*8888"], ACT)
    with pytest.raises(MalformedTemplate):
        await repository.exclude("粤B", "!!!!!", ["*888"], ACT)
    found = await repository.of_prefix("粤B")
    assert found is not None
    assert (found.revision, found.segments) == (1, (segment("!!!!!"),))


@pytest.mark.slow
async def test_two_exclusions_at_once_both_count(repository: SegmentRepository) -> None:
    await repository.release(segment("!!!!!"), ACT)
    await asyncio.gather(*(repository.exclude("粤B", "!!!!!", [f"{digit}****"], ACT) for digit in range(5)))
    found = await repository.of_prefix("粤B")
    assert found is not None
    assert (found.revision, len(found.segments[0].excluded)) == (6, 5)
