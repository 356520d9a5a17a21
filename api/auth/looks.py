"""Looks of staff at lists of people and their vehicles: audited, counted by day, and reported above a limit.

What was looked for is recorded without personal values: a VIN only as the fact that one was given.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog

from api.auth.callers import Role
from api.http.request_context import RequestContext
from domain.calendar import shanghai_midnight_after
from storage.audit.actions import AuditAction
from storage.audit.looks import ABOVE
from storage.audit.trail import Act

log = structlog.get_logger("audit")
_DAY = timedelta(days=1)


async def note_look(context: RequestContext, action: AuditAction, **facts: Any) -> None:
    """Record a look of the caller, of whatever role; `action` is one of `storage.audit.looks.LOOKS`."""
    act = _act_of(context)
    await context.repositories.audit_trail.record(act, action, **facts)
    await alert_above_limit(context)


async def alert_above_limit(context: RequestContext) -> None:
    """Log and audit that the caller has looked more often today than the deployment expects."""
    act, limit = _act_of(context), context.app.settings.looks_per_day
    looks, actor, day = context.repositories.staff_looks, act.actor or "", day_of(act.at)
    if await looks.count(actor, day) > limit and not await looks.is_reported(actor, day):
        log.warning("looks above the limit", actor_kind=act.actor_kind, limit=limit)
        alert = Act(act.at, "system")
        await context.repositories.audit_trail.record(alert, ABOVE, by_kind=act.actor_kind, by=act.actor, limit=limit)


def day_of(instant: datetime) -> datetime:
    """The midnight in Shanghai at which the instant's day has begun."""
    return shanghai_midnight_after(instant) - _DAY


def _act_of(context: RequestContext) -> Act:
    caller = context.caller
    if Role.OPERATOR in caller.claims.roles:
        return Act(context.now(), "operator", caller.claims.subject)
    if Role.AUDITOR in caller.claims.roles:
        return Act(context.now(), "auditor", caller.claims.subject)
    return Act(context.now(), "clerk", caller.hashes.clerk(caller.claims.subject))
