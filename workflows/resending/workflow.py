"""Sends an automatic SMS again that was given up or whose delivery failed, because an operator asked for it.

The activity sends it only if its row still says the same, and never one that was handed over and may have arrived: so
nobody receives more by starting this workflow than the vehicle itself would have sent.
"""

from temporalio import workflow
from temporalio.common import VersioningBehavior

from workflows.messages import RESENDING_WORKFLOW
from workflows.ports import Notifications, SmsInput
from workflows.retries import NOTIFICATION
from workflows.validation import check_subject_id


@workflow.defn(name=RESENDING_WORKFLOW, versioning_behavior=VersioningBehavior.PINNED)
class ResendingWorkflow:
    @workflow.run
    async def run(self, given: SmsInput) -> None:
        check_subject_id("preselection_id", given.preselection_id)
        if given.entry_id is not None:
            check_subject_id("entry_id", given.entry_id)
        await workflow.execute_activity_method(
            Notifications.send, given, summary=f"SMS {given.purpose}", **NOTIFICATION
        )
