"""The SMS to the agent whose preselection another agent of the same organisation has taken over.

The API sends it, because the row has the new agent's phone from then on and Temporal gets no phone. It is sent once: an
agent who gets none sees on the page that a colleague goes on. Operators see in the list of SMS what became of it.
"""

from datetime import timedelta

import structlog

from api.http.request_context import RequestContext
from domain.dependencies import DependencyUnavailable
from domain.sms import Purpose, Sms, render, template_parameters
from storage.preselections.rows import PreselectionRow
from storage.sms.deliveries import Attempt

GIVEN_UP_AFTER = timedelta(minutes=1)

log = structlog.get_logger("actions")


async def report_handover(context: RequestContext, before: PreselectionRow) -> None:
    """Tries once; raises nothing, for the preselection has been handed over."""
    if not before.phone or before.phone == context.caller.phone:
        return
    purpose, now = Purpose.HANDED_OVER, context.now()
    office = await context.app.directory.get(before.office_code)
    facts = template_parameters(purpose, office=office.name)
    attempt = Attempt(
        key=f"{before.id}:{purpose}:{context.operation_id}",
        preselection_id=before.id,
        purpose=purpose,
        ordered_at=now,
        give_up_at=now + GIVEN_UP_AFTER,
        number=1,
        at=now,
        office_code=before.office_code,
    )
    deliveries = context.repositories.sms_deliveries
    try:
        if begun := await deliveries.begin(attempt):
            sms = Sms(before.phone, render(purpose, **facts), purpose, attempt.key, now, None, facts, begun.is_repeat)
            try:
                await context.app.gateways.sms.send(sms)
            except DependencyUnavailable as down:
                await deliveries.fail(attempt.key, str(down))
            else:
                await deliveries.hand_over(attempt.key, now)
    except DependencyUnavailable as down:
        log.warning("sms about a handover not recorded", part=down.part)
