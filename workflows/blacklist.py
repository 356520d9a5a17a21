"""The end of a ban: sleep until its last day is over, then release it. The row decides who is barred; this ends it.

It sleeps for two years, so it stays small, and its commands must never change order (replay tests hold it).
"""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.durations import SHANGHAI
    from domain.instants import whole_milliseconds

from workflows.details import GIVEN_UP
from workflows.insistence import insist
from workflows.messages import BlacklistInput, ExtendBan, ReleaseBan
from workflows.ports import Lifted, LiftOrder, People, TextOrder, Texts
from workflows.retries import NOTICE


@workflow.defn(name="Blacklist")
class BlacklistWorkflow:
    """One blacklist entry until its release, by time or by an operator (R-41, R-48)."""

    @workflow.init
    def __init__(self, given: BlacklistInput) -> None:
        self._entry_id = given.entry_id
        self._until = given.until
        self._released_by: ReleaseBan | None = None

    @workflow.run
    async def run(self, given: BlacklistInput) -> None:
        while True:
            await self._sleep_until_the_end()
            lifted = await self._lift()
            if lifted.until is None:
                workflow.logger.info("ban ended", extra={"preselection_id": given.preselection_id})
                return await self._tell(given)
            self._until = lifted.until

    @workflow.signal(description="The party missed a further deadline: the ban lasts until the later end")
    def extend(self, command: ExtendBan | None = None) -> None:
        # A moment without its zone can't be compared, and a signal that raises would stop the workflow.
        if command and command.until.tzinfo:
            self._until = max(self._until, command.until)

    @workflow.signal(description="End the ban before its time (operator, reason)")
    def release(self, command: ReleaseBan | None = None) -> None:
        if command and command.operator.strip() and command.reason.strip():
            self._released_by = command

    async def _sleep_until_the_end(self) -> None:
        while self._released_by is None and workflow.now() < self._until:
            workflow.set_current_details(f"**至 / until**: {self._until.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
            try:
                await self._something_new(self._until)
            except TimeoutError:
                return

    async def _something_new(self, until: datetime) -> None:
        await workflow.wait_condition(
            lambda: self._released_by is not None or self._until != until,
            timeout=until - workflow.now(),
            timeout_summary="黑名单自动解除 (end of the ban)",
        )

    async def _tell(self, given: BlacklistInput) -> None:
        order = TextOrder(
            given.preselection_id, "ban_ended", f"{given.entry_id}:ban_ended", whole_milliseconds(workflow.now())
        )
        try:
            await workflow.execute_activity_method(Texts.send, order, summary="SMS ban_ended", **NOTICE)
        except ActivityError:
            workflow.set_current_details(f"**短信 / SMS**: `ban_ended` {GIVEN_UP}")
            workflow.logger.warning("SMS given up", extra={"preselection_id": given.preselection_id})

    async def _lift(self) -> Lifted:
        released_by = self._released_by
        lifted: Lifted = await insist(
            People.lift_ban,
            lambda: LiftOrder(
                self._entry_id,
                whole_milliseconds(workflow.now()),
                released_by.operator if released_by else None,
                released_by.reason if released_by else None,
            ),
        )
        return lifted
