"""Sends the SMS of a workflow that has one at a time."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.ports import Notifications, SmsInput
from workflows.retries import NOTIFICATION
from workflows.vehicle.ui_text import GIVEN_UP


async def send_sms(given: SmsInput) -> None:
    """Send an SMS. One that is given up after its retries is shown in Temporal's UI, and the workflow goes on."""
    try:
        await workflow.execute_activity_method(
            Notifications.send, given, summary=f"SMS {given.purpose}", **NOTIFICATION
        )
    except ActivityError:
        workflow.set_current_details(f"**短信 / SMS**: `{given.purpose}` {GIVEN_UP}")
        workflow.logger.warning("SMS given up", extra={"preselection_id": given.preselection_id})
