"""The first SMS code (R-10): there is no workflow yet, so the API sends it itself."""

from api.http.action_log import log_action
from api.http.request_context import RequestContext
from api.preselections.actions import count_write
from api.preselections.schemas import CodeSent
from domain.masking import mask_mobile
from domain.sms import Purpose
from storage.sms.code_sender import CodeRequest
from storage.sms.codes import CodeOwner


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
    issued = await context.app.code_sender.send(CodeRequest(context.operation_id, owner, phone, now), policy)
    return CodeSent(sent_to=mask_mobile(phone), resend_at=issued.resend_at, expires_at=issued.expires_at, now=now)
