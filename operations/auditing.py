"""The lists with which auditors check operators and clerks. Nothing here changes anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from operations.context import OperationsContext
from storage.appeals.repository import AppealStatus
from storage.audit.actions import AuditAction
from storage.audit.looks import ABOVE, LOOKS
from storage.audit.staff_activity import ClerkAct, ClerkCounts, Period
from storage.audit.trail import AuditEntry
from storage.bans.repository import BanEntry
from storage.offices.policies import PolicyRequest
from storage.pool.withheld import Withholding
from storage.staff.requests import OperatorRequest

Subject = Literal["appeals", "segments", "calendar", "deadlines", "policies", "looks", "temporal"]
ACTIONS: Mapping[str, tuple[AuditAction, ...]] = {
    "segments": (
        "release_segment", "exclude_numbers", "request_compose_early", "confirm_compose_early", "withhold_numbers",
        "confirm_withholding", "release_withheld", "confirm_withheld_release", "open_waiting_room",
        "close_waiting_room",
    ),
    "appeals": ("decide_appeal", "confirm_appeal", "appeal_late"),
    "calendar": ("enter_days", "declare_year"),
    "deadlines": ("extend_validity", "extend_deadlines", "request_extend_deadlines", "confirm_extend_deadlines"),
    "policies": ("request_policy", "confirm_policy", "add_office", "change_office", "publish_notice"),
    "looks": (*LOOKS, ABOVE),
}  # fmt: skip
"""The audit's actions about each subject."""


@dataclass(frozen=True)
class Unconfirmed:
    """Commands that no second operator has confirmed yet."""

    withholdings: list[Withholding]
    ban_releases: list[BanEntry]
    policies: list[PolicyRequest]
    requests: list[OperatorRequest]
    appeals: list[AppealStatus]


async def withholdings_in(context: OperationsContext, period: Period, *, limit: int) -> list[Withholding]:
    """Numbers that were withheld or released in the period, newest first."""
    return await context.repositories.withheld.between(period.since, period.until, limit=limit)


async def ban_releases_in(context: OperationsContext, period: Period, *, limit: int) -> list[BanEntry]:
    """Bans that an operator released early, newest first."""
    return await context.repositories.bans.early_releases(period.since, period.until, limit=limit)


async def unconfirmed_commands(context: OperationsContext, *, limit: int) -> Unconfirmed:
    return Unconfirmed(
        await context.repositories.withheld.unconfirmed_withholdings(limit=limit),
        await context.repositories.bans.unconfirmed_releases(limit=limit),
        await context.repositories.office_policies.list_unconfirmed(limit=limit),
        await context.repositories.operator_requests.list_unconfirmed(limit=limit),
        await context.repositories.appeals.list_unconfirmed(limit=limit),
    )


async def desk_counts(context: OperationsContext, period: Period, *, limit: int) -> list[ClerkCounts]:
    return await context.repositories.staff_activity.counts(period, limit=limit)


async def desk_acts(context: OperationsContext, period: Period, *, clerk: str | None, limit: int) -> list[ClerkAct]:
    return await context.repositories.staff_activity.acts(period, clerk=clerk, limit=limit)


async def acts_about(
    context: OperationsContext,
    subject: Subject,
    period: Period,
    *,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> list[AuditEntry]:
    """The acts about a subject, newest first. Nobody has verified the names in those that came through Temporal."""
    trail = context.repositories.audit_trail
    if subject == "temporal":
        return await trail.through_temporal(period.since, period.until, limit=limit, before=before)
    return await trail.of_actions(ACTIONS[subject], period.since, period.until, limit=limit, before=before)
