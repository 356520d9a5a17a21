"""The first SMS code (R-10): there is no workflow yet, so the API sends it itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.http.action_log import log_action
from api.http.request_context import RequestContext
from api.preselections.actions import count_write
from api.preselections.schemas import CodeSent
from domain.calendar import shanghai_midnight_after
from domain.errors import RateLimited
from domain.masking import mask_mobile
from domain.sms import Purpose
from storage.sms.code_sender import CodeRequest
from storage.sms.codes import CodeOwner

_DAY = timedelta(days=1)


@dataclass(eq=False)
class CodeOnItsWay(RateLimited):
    """No new code yet, because one that still counts has been sent: it can be typed until `expires_at`."""

    sent_to: str
    expires_at: datetime


def owner_of_first_code(owner_hash: bytes) -> CodeOwner:
    """The subject of a code of 确认信息: this account, before there is a preselection."""
    return CodeOwner(Purpose.CONFIRM_INFORMATION, owner_hash)


async def send(context: RequestContext, purpose: str) -> CodeSent:
    """Issue a code within the limits and send it. Raises `RateLimited`, and `Unavailable` with nothing counted."""
    with log_action("send_verification_code"):
        return await _send(context, purpose)


async def _send(context: RequestContext, purpose: str) -> CodeSent:
    now, policy, phone = context.now(), context.app.operations.policy, context.caller.phone
    await count_write(context, policy)
    owner = CodeOwner(purpose, context.caller.owner_hash)
    try:
        issued = await context.app.code_sender.send(CodeRequest(context.operation_id, owner, phone, now), policy)
    except RateLimited as limited:
        # The page may have been reloaded since: an earlier code still counts, and can be typed.
        if expires_at := await context.repositories.codes.live_until(owner, now):
            raise CodeOnItsWay(limited.retry_at, mask_mobile(phone), expires_at) from limited
        raise
    return CodeSent(
        sent_to=mask_mobile(phone),
        resend_at=issued.resend_at,
        expires_at=issued.expires_at,
        checks_left=await _checks_left(context),
        now=now,
    )


async def _checks_left(context: RequestContext) -> int:
    """How many checks (系统核查) may still fail today, by the deployment's policy."""
    today = shanghai_midnight_after(context.now()) - _DAY
    failed = await context.repositories.failed_checks.count(context.caller.person_hash, since=today)
    return max(0, context.app.operations.policy.failed_checks_per_day - failed)
