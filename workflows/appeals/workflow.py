"""An appeal against a ban: wait for the office's answer until its deadline, and send the answer by SMS.

The row decides: a signal only makes the workflow read it. When the deadline passes without a confirmed decision, the
person learns by SMS whom to ask, and the appeal stays open.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain.durations import SHANGHAI
    from domain.sms import Purpose

from workflows.messages import APPEAL_WORKFLOW, AppealInput, blacklist_workflow_id
from workflows.ports import AppealResult, Appeals, SettleAppealInput, SmsInput
from workflows.run_until_decided import run_until_decided
from workflows.sms import send_sms
from workflows.validation import check_subject_id
from workflows.vehicle.decisions import now

_OPEN, _GRANTED = "open", "granted"


@workflow.defn(name=APPEAL_WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class AppealWorkflow:
    """One appeal until its answer."""

    @workflow.init
    def __init__(self, given: AppealInput) -> None:
        self._appeal_id = given.appeal_id
        self._is_woken = False
        self._is_late = False

    @workflow.run
    async def run(self, given: AppealInput) -> None:
        check_subject_id("appeal_id", given.appeal_id)
        while (result := await self._settle()).state == _OPEN:
            if result.is_late and not self._is_late:
                self._is_late = True
                await self._notify(result, Purpose.APPEAL_LATE)
            else:
                await self._wait(None if self._is_late else result.decide_by)
        workflow.set_current_details(f"**{result.state}**")
        if result.state == _GRANTED:
            await self._wake_ban(result)
        granted = result.state == _GRANTED
        await self._notify(result, Purpose.APPEAL_GRANTED if granted else Purpose.APPEAL_REFUSED)

    @workflow.signal(description="The appeal has changed: read its row again")
    def refresh(self) -> None:
        self._is_woken = True

    async def _settle(self) -> AppealResult:
        self._is_woken = False
        result: AppealResult = await run_until_decided(
            Appeals.settle, lambda: [SettleAppealInput(self._appeal_id, now())]
        )
        return result

    async def _wait(self, until: datetime | None) -> None:
        """Until a signal, or the deadline of the answer if it has not passed."""
        if until is None:
            workflow.set_current_details("**⚠️ 逾期未答复 / the answer is late**")
            return await workflow.wait_condition(lambda: self._is_woken)
        workflow.set_current_details(f"**答复期限 / decide by**: {until.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
        try:
            await workflow.wait_condition(
                lambda: self._is_woken,
                timeout=max(until - workflow.now(), timedelta(0)),
                timeout_summary="申诉答复期限 (deadline of the answer)",
            )
        except TimeoutError:
            return None

    async def _wake_ban(self, result: AppealResult) -> None:
        """The ban's workflow reads that the ban was released, and ends."""
        handle = workflow.get_external_workflow_handle(blacklist_workflow_id(result.entry_id))
        try:
            await handle.signal("extend")
        except FailureError:
            # It has ended already, or maintenance starts it: the row has the release.
            workflow.logger.info("signal not delivered")

    async def _notify(self, result: AppealResult, purpose: Purpose) -> None:
        await send_sms(SmsInput(result.preselection_id, purpose.value, now(), self._appeal_id))
