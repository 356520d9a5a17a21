"""The pool for operators: levels, segments, releases and exclusions."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.ascii_folding import fold_capitals
from domain.dependencies import DependencyUnavailable
from domain.errors import NotFound
from domain.instants import parse_instant
from domain.plates import is_prefix
from domain.policy import Policy
from domain.segments import MalformedTemplate, Segment, Template
from operations.commands import OperatorCommand, invalid
from operations.confirmations import confirm_request
from operations.context import OperationsContext
from operations.early_composition import ReleasedSegment, composable_from, request_early_composition
from storage.pool.segments import NumbersExcluded, Release, SegmentOverlaps, UnknownPrefix, UnknownSegment
from storage.pool.snapshot import SegmentLevel


@dataclass(frozen=True)
class NewSegment:
    """A segment as an operator names it. Without `released_at` it is released at once.

    Without `compose_from` it can be composed after the office's `random_only`, counted from when it can be drawn.
    """

    prefix: str
    template: str
    excluded: Sequence[str] = field(default=())
    released_at: datetime | None = None
    compose_from: datetime | None = None


async def pool_levels(context: OperationsContext, prefix: str, at: datetime) -> dict[str, int]:
    """The number of a prefix's numbers, in total and by state. Raises `NotFound`."""
    try:
        return await context.repositories.pool_records.levels(_prefix(prefix), at)
    except KeyError:
        raise NotFound from None


async def segments_of(context: OperationsContext, prefix: str, at: datetime) -> Sequence[SegmentLevel]:
    """The segments of a prefix with their exclusions and levels. Raises `NotFound`."""
    try:
        return await context.repositories.pool_records.levels_by_segment(_prefix(prefix), at)
    except KeyError:
        raise NotFound from None


async def release_segment(context: OperationsContext, new: NewSegment, command: OperatorCommand) -> ReleasedSegment:
    """Release a segment; that it can be composed before `random_only` is over waits for a second operator.

    Raises `ValidationFailed` for a malformed or overlapping segment, for one with numbers that were excluded from
    another, and for an unknown prefix.
    """
    if command.reason is not None:
        command.require_reason()
    segment, early = await check_segment(context, new, command)
    try:
        release = await context.repositories.segments.release(segment, command.act, release_id=command.id)
    except SegmentOverlaps:
        raise invalid("template", "overlap") from None
    except NumbersExcluded:
        raise invalid("template", "excluded") from None
    # A repeat of the request finds the segment that it has released.
    if early and early < release.segment.compose_from:
        await request_early_composition(context, release.id, early, command)
    else:
        early = None
    return ReleasedSegment(release.id, await _apply_to_index(context, release, command.at), early)


async def check_segment(
    context: OperationsContext, new: NewSegment, command: OperatorCommand
) -> tuple[Segment, datetime | None]:
    """The segment, and the earlier instant from which it may be composed once a second operator agrees.

    Raises `ValidationFailed` for a malformed segment, and for an unknown prefix.
    """
    prefix = fold_capitals(new.prefix)
    policy = await policy_of_prefix(context, prefix, command.at)
    released_at = new.released_at or command.at
    compose_from, early = composable_from(policy, command.at, released_at=released_at, wanted=new.compose_from)
    excluded = tuple(_template(text, f"excluded.{place}", wildcard=True) for place, text in enumerate(new.excluded))
    return Segment(prefix, _template(new.template, "template"), excluded, released_at, compose_from), early


async def confirm_early_composition(
    context: OperationsContext, segment_id: UUID, command: OperatorCommand
) -> ReleasedSegment:
    """Confirm as a second operator. Raises `NotFound`, `NothingToConfirm` and `SecondOperatorNeeded`."""
    if await context.repositories.segments.get(segment_id) is None:
        raise NotFound
    confirmed = await confirm_request(context, segment_id, "compose_early", command)
    # Not in one transaction with the confirmation: whoever confirmed it may repeat the call.
    release = await context.repositories.segments.compose_from(
        segment_id, parse_instant(confirmed.wanted["compose_from"])
    )
    if release is None:
        raise NotFound
    changed = await _apply_to_index(context, release, command.at)
    return ReleasedSegment(segment_id, changed, changed.compose_from, confirmed.confirmed_by)


async def exclude_numbers(
    context: OperationsContext, command: OperatorCommand, *, prefix: str, template: str, excluded: Sequence[str]
) -> Segment:
    """Exclude numbers from a segment permanently, with templates; live claims on them stay.

    Raises `ValidationFailed`, also without a reason.
    """
    command.require_reason()
    further = [_template(text, f"excluded.{place}", wildcard=True) for place, text in enumerate(excluded)]
    try:
        release = await context.repositories.segments.exclude(
            fold_capitals(prefix), _template(template, "template"), further, command.act
        )
    except UnknownPrefix:
        raise invalid("prefix", "unknown_prefix") from None
    except UnknownSegment:
        raise invalid("template", "unknown_segment") from None
    return await _apply_to_index(context, release, command.at)


async def policy_of_prefix(context: OperationsContext, prefix: str, at: datetime) -> Policy:
    """The policy of the office that has this prefix. Raises `ValidationFailed` if there is none."""
    office = next((office for office in await context.repositories.offices.all() if prefix in office.prefixes), None)
    if office is None:
        raise invalid("prefix", "unknown_prefix")
    return context.policy.with_overrides(office.overrides_at(at))


async def _apply_to_index(context: OperationsContext, release: Release, at: datetime) -> Segment:
    # Without Redis, reconciliation finds the change later; the segment is released anyway.
    with suppress(DependencyUnavailable):
        await context.repositories.pool_reconciler.rebuild(release.segment.prefix, at)
    return release.segment


def _prefix(text: str) -> str:
    """Raises `NotFound` for an impossible prefix."""
    prefix = fold_capitals(text)
    if not is_prefix(prefix):
        raise NotFound
    return prefix


def _template(text: str, name: str, *, wildcard: bool = False) -> str:
    try:
        return Template.parse(text, wildcard=wildcard).text
    except MalformedTemplate:
        raise invalid(name, "template") from None
