"""What a command would do, before it is sent. Nothing here changes anything."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from domain.ascii_folding import fold_capitals
from domain.plates import serial_at
from domain.segments import Segment, Template, positions_in
from operations.commands import OperatorCommand, invalid
from operations.context import OperationsContext
from operations.deadlines import Outage, due_in, outage_input
from operations.pool import NewSegment, check_segment

SAMPLES = 12
_NO_REASON = "preview"


@dataclass(frozen=True)
class SegmentPreview:
    """`numbers` would be released; `excluded` are left out; `samples` lie at even distances."""

    numbers: int
    excluded: int
    samples: Sequence[str]


@dataclass(frozen=True)
class DeadlinesPreview:
    """The live reservations that would move, in all and by office."""

    affected: int
    by_office: Mapping[str, int]


async def preview_segment(context: OperationsContext, new: NewSegment, command: OperatorCommand) -> SegmentPreview:
    """What a release would release. Raises `ValidationFailed` as the release does."""
    segment, _ = await check_segment(context, new, command)
    known = await context.repositories.segments.of_prefix(fold_capitals(new.prefix))
    return await asyncio.to_thread(_preview, segment, known.segments if known else ())


async def preview_extension(context: OperationsContext, command: OperatorCommand, outage: Outage) -> DeadlinesPreview:
    """Which reservations an extension would move. Raises `ValidationFailed` as the extension does."""
    given = await outage_input(context, OperatorCommand(command.id, command.operator, command.at, _NO_REASON), outage)
    counts: Counter[str] = Counter()
    async for page in due_in(context, given):
        counts.update(each.office_code for each in page)
    return DeadlinesPreview(counts.total(), dict(sorted(counts.items())))


def _preview(segment: Segment, known: Sequence[Segment]) -> SegmentPreview:
    """Masks of three million numbers: some tenths of a second."""
    if any(segment.overlaps(other) for other in known):
        raise invalid("template", "overlap")
    if any(segment.takes_excluded_of(other) for other in known):
        raise invalid("template", "excluded")
    mask = segment.numbers()
    numbers, whole = mask.bit_count(), Template.parse(segment.template).mask().bit_count()
    places = islice(positions_in(mask), 0, None, max(1, numbers // SAMPLES))
    samples = [segment.prefix + serial_at(place) for place in islice(places, SAMPLES)]
    return SegmentPreview(numbers, whole - numbers, samples)
