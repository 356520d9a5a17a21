"""Sends automatic SMS again that were given up or whose delivery failed.

A workflow does it, so that the gateway may be away for a while.
"""

from uuid import UUID

from domain.errors import NotFound
from domain.sms import Purpose
from operations.commands import OperatorCommand, invalid
from operations.context import OperationsContext
from operations.sms_status import SmsStatus, sms_of
from operations.temporal_calls import start_once
from storage.audit.actions import AuditAction
from storage.audit.trail import Subject
from storage.sms.deliveries import DeliveryState
from workflows.messages import RESENDING_WORKFLOW, resending_workflow_id
from workflows.ports import SmsInput

_ACTION: AuditAction = "resend_sms"
_UNDELIVERED = (DeliveryState.GIVEN_UP, DeliveryState.FAILED)
_ABOUT_BANS = (Purpose.OVERDUE, Purpose.BAN_ENDED)
_ABOUT_APPEALS = (Purpose.APPEAL_LATE, Purpose.APPEAL_GRANTED, Purpose.APPEAL_REFUSED)


async def send_again(
    context: OperationsContext, command: OperatorCommand, preselection_id: UUID, purpose: str
) -> SmsStatus:
    """Send the newest SMS of this purpose again. An SMS that is no longer true is not sent.

    Raises `NotFound` for an SMS that was never ordered, `ValidationFailed` for one that may still arrive or has
    arrived, or whose phone only the request knew that sent it, and `Unavailable`.
    """
    command.require_reason()
    known = await sms_of(context, preselection_id, command.at)
    found = next((each for each in known if each.purpose == purpose), None)
    if found is None:
        raise NotFound
    trail = context.repositories.audit_trail
    # A repeat of a command that was audited before its process died only starts the workflow, which runs once.
    if not await trail.has(command.act, _ACTION, command.id):
        if found.state not in _UNDELIVERED:
            raise invalid("purpose", "not_given_up")
        if purpose == Purpose.HANDED_OVER:
            raise invalid("purpose", "value")
        await trail.record_once(command.act, _ACTION, command.id, Subject(preselection_id), purpose=purpose)
    given = SmsInput(str(preselection_id), purpose, command.at, await _entry_of(context, preselection_id, purpose))
    await start_once(
        context.temporal,
        RESENDING_WORKFLOW,
        given,
        id=resending_workflow_id(str(command.id)),
        task_queue=context.task_queue,
        static_summary=f"重发短信 {purpose}",
    )
    return found


async def _entry_of(context: OperationsContext, preselection_id: UUID, purpose: str) -> str | None:
    """The ban or the appeal that the SMS is about; the SMS about a missed deadline names the ban's end."""
    if purpose in _ABOUT_APPEALS:
        appeal = await context.repositories.appeals.newest_of(preselection_id)
        return str(appeal.id) if appeal else None
    if purpose not in _ABOUT_BANS:
        return None
    bans = await context.repositories.bans.page(preselection_id=preselection_id, limit=1)
    return str(bans[0].id) if bans else None
