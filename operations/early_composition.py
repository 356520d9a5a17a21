"""Segments that can be composed before the office's `random_only` is over: only with a second operator.

Whoever knows the instant of such a release could compose the best numbers before anybody else can even draw them.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.instants import format_instant
from domain.policy import Policy
from domain.segments import Segment
from operations.commands import OperatorCommand
from operations.context import OperationsContext
from storage.staff.requests import OperatorRequest


@dataclass(frozen=True)
class ReleasedSegment:
    """A segment, and the earlier instant from which it can be composed once a second operator has confirmed that."""

    id: UUID
    segment: Segment
    requested_compose_from: datetime | None = None
    confirmed_by: str | None = None


def composable_from(
    policy: Policy, at: datetime, *, released_at: datetime, wanted: datetime | None
) -> tuple[datetime, datetime | None]:
    """From when the segment can be composed, and the earlier instant that waits for a second operator.

    The time in which it can only be drawn begins when it can be drawn: a release in the past shortens nothing.
    """
    drawable_at = max(released_at, at)
    earliest = policy.random_only.after(drawable_at)
    if earliest == drawable_at:
        # The office wants no such time.
        return wanted or released_at, None
    return (earliest, wanted) if wanted and wanted < earliest else (wanted or earliest, None)


async def request_early_composition(
    context: OperationsContext, segment_id: UUID, compose_from: datetime, command: OperatorCommand
) -> None:
    await context.repositories.operator_requests.add(
        OperatorRequest(
            segment_id,
            "compose_early",
            {"compose_from": format_instant(compose_from)},
            command.act.reason,
            command.at,
            command.operator,
        )
    )
