"""The end of a ban: sleep until its last day is over, then release it. The row has the end and the party.

It sleeps for two years, so it stays small, and its commands must never change order (replay tests check it).
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from domain.durations import SHANGHAI
    from domain.sms import Purpose

from workflows.messages import BLACKLIST_WORKFLOW, BlacklistInput, ReleaseBan
from workflows.ports import Bans, ReleaseInput, ReleaseResult, SmsInput
from workflows.run_until_decided import run_until_decided
from workflows.sms import send_sms
from workflows.validation import check_subject_id
from workflows.vehicle.decisions import now


@workflow.defn(name=BLACKLIST_WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class BlacklistWorkflow:
    """One ban until its release, by time or by an operator (R-41, R-48)."""

    @workflow.init
    def __init__(self, given: BlacklistInput) -> None:
        self._entry_id = given.entry_id
        self._command: ReleaseBan | None = None
        self._is_woken = False

    @workflow.run
    async def run(self, given: BlacklistInput) -> None:
        check_subject_id("entry_id", given.entry_id)
        while True:
            result = await self._release_if_over()
            if result.until is None:
                workflow.logger.info("ban ended", extra={"preselection_id": result.preselection_id})
                return await send_sms(SmsInput(result.preselection_id, Purpose.BAN_ENDED.value, now(), self._entry_id))
            await self._sleep_until(result.until)

    @workflow.signal(description="The ban has changed: read its row again")
    def extend(self) -> None:
        self._is_woken = True

    @workflow.signal(description="End the ban early: only the API and the command line can (sealed)")
    def release(self, command: ReleaseBan | None = None) -> None:
        self._command, self._is_woken = command, True

    async def _release_if_over(self) -> ReleaseResult:
        command, self._command, self._is_woken = self._command, None, False
        result: ReleaseResult = await run_until_decided(
            Bans.release, lambda: [ReleaseInput(self._entry_id, now(), command)]
        )
        return result

    async def _sleep_until(self, until: datetime) -> None:
        workflow.set_current_details(f"**至 / until**: {until.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
        try:
            await workflow.wait_condition(
                lambda: self._is_woken,
                timeout=max(until - workflow.now(), timedelta(0)),
                timeout_summary="黑名单自动解除 (end of the ban)",
            )
        except TimeoutError:
            return
