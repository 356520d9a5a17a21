"""The first SMS code (R-10): there is no workflow yet, so the API sends it itself."""

import secrets
from datetime import datetime

from api.http.action_log import action_logged
from api.http.request_context import RequestContext
from api.preselections.actions import count_write
from api.preselections.schemas import CodeSent
from domain.dependencies import DependencyUnavailable
from domain.errors import RateLimited, Unavailable
from domain.masking import mask_mobile
from domain.sms import Purpose, render
from gateways.sms import Sms
from storage.sms.codes import CodeOwner, NewCode

_DIGITS = 6
_SECONDS = 60


def owner_of_first_code(owner_hash: bytes) -> CodeOwner:
    """The subject of a code of 确认信息: this account, before there is a preselection."""
    return CodeOwner(Purpose.CONFIRM_INFORMATION, owner_hash)


async def sent_code(context: RequestContext, purpose: str) -> CodeSent:
    """Issue a code within the limits and send it. Raises `RateLimited`, and `Unavailable` with nothing counted."""
    with action_logged("send_verification_code"):
        return await _sent_code(context, purpose)


async def _sent_code(context: RequestContext, purpose: str) -> CodeSent:
    now, policy = context.now(), context.app.policy
    await count_write(context, policy)
    owner = owner_of_first_code(context.caller.owner_hash)
    digits = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    new = NewCode(
        id=context.operation_id,
        owner=owner,
        phone_hash=context.app.hashes.phone(context.caller.phone),
        code_hash=context.app.hashes.code(owner.purpose, owner.subject_hash, None, digits),
        at=now,
    )
    issued = await context.app.codes.issue(new, policy)
    await _count_for_service(context, now)
    minutes = str(int((issued.expires_at - now).total_seconds()) // _SECONDS)
    await _deliver(context, digits, render(purpose, code=digits, minutes=minutes), now)
    await context.app.codes.mark_sent(issued.id, now)
    return CodeSent(
        sent_to=mask_mobile(context.caller.phone), resend_at=issued.resend_at, expires_at=issued.expires_at, now=now
    )


async def _count_for_service(context: RequestContext, at: datetime) -> None:
    """Called after the limits of the phone, so that refused requests do not consume the global quota."""
    try:
        await context.app.service_codes.count(context.operation_id, at)
    except (RateLimited, DependencyUnavailable):
        await context.app.codes.mark_failed(context.operation_id, at)
        raise


async def _deliver(context: RequestContext, digits: str, text: str, at: datetime) -> None:
    code_id = context.operation_id
    message = Sms(
        phone=context.caller.phone,
        text=text,
        purpose=Purpose.CONFIRM_INFORMATION,
        # A repeated request generates other digits, so it is another SMS.
        idempotency_key=f"{code_id}:{secrets.token_hex(8)}",
        at=at,
        code=digits,
    )
    try:
        await context.app.gateways.sms.send(message)
    except DependencyUnavailable as down:
        await context.app.codes.mark_failed(code_id, at)
        await context.app.service_codes.give_back(code_id)
        raise Unavailable({down.part: "down"}) from down
