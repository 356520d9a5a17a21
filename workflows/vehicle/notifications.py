"""The notifications of a vehicle by SMS, sent in the background."""

import asyncio
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.preselection.values import UNFINISHED, Stage
    from domain.sms import Purpose

from workflows.messages import ActionResult, DecisionResult
from workflows.ports import Notifications as Port
from workflows.ports import SmsInput
from workflows.retries import NOTIFICATION
from workflows.vehicle.decisions import VehicleDecisions, now
from workflows.vehicle.ui_text import GIVEN_UP, HANDED_OVER, ON_ITS_WAY

_REJECTION_SMS = "rejection-sms"
_EXTENSION_SMS = "extension-sms"


class Notifications:
    """Sends SMS, and keeps the state of each. `changed` is called when a state has changed."""

    def __init__(self, preselection_id: str, undelivered: list[str], changed: Callable[[], None]) -> None:
        self.states = dict.fromkeys(undelivered, GIVEN_UP)
        self._preselection_id = preselection_id
        self._changed = changed
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def are_sent(self) -> bool:
        """Whether no SMS is being sent."""
        return not self._sending

    @property
    def undelivered_purposes(self) -> list[str]:
        return [purpose for purpose, state in self.states.items() if state == GIVEN_UP]

    def follow(self, before: DecisionResult | None, after: DecisionResult) -> None:
        """Send the SMS that follow from a change of the row. A restarted run sends them again, with the same key.

        The row may have gone two steps: a reservation that the workflow never got, and its registration.
        """
        is_new = before.stage in UNFINISHED or before.plate != after.plate if before else after.stage == Stage.COMPLETED
        if after.stage in (Stage.COMPLETED, Stage.REGISTERED) and is_new:
            self.send(Purpose.RESERVED)
        elif after.stage == Stage.COMPLETED and before and before.visit_by != after.visit_by:
            self.send(Purpose.DEADLINE_MOVED)

    async def follow_rejection(self, decision: Awaitable[ActionResult]) -> ActionResult:
        """Await the decision, and send the SMS about it; histories from before this SMS go on without it."""
        # Asked in the task that brought the message: a replay once missed the marker behind the decision's own.
        is_sent = workflow.patched(_REJECTION_SMS)
        result = await decision
        if is_sent:
            self.send(Purpose.REJECTED)
        return result

    async def follow_extension(self, decision: Awaitable[ActionResult], run: VehicleDecisions) -> ActionResult:
        """Await the decision. The first one of a run has no earlier state, which would show that the day has moved."""
        is_sent = run.current is None and workflow.patched(_EXTENSION_SMS)
        result = await decision
        if is_sent:
            self.send(Purpose.DEADLINE_MOVED)
        return result

    def send(self, purpose: Purpose, entry_id: str | None = None) -> None:
        task = asyncio.create_task(self._send(SmsInput(self._preselection_id, purpose.value, now(), entry_id)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, given: SmsInput) -> None:
        self._note(given.purpose, ON_ITS_WAY)
        try:
            await workflow.execute_activity_method(Port.send, given, summary=f"SMS {given.purpose}", **NOTIFICATION)
        except ActivityError:
            # It was retried for a day: the row and the page show the same, so the process continues without it.
            self._note(given.purpose, GIVEN_UP)
            workflow.logger.warning(
                "SMS given up", extra={"preselection_id": given.preselection_id, "purpose": given.purpose}
            )
        else:
            self._note(given.purpose, HANDED_OVER)

    def _note(self, purpose: str, state: str) -> None:
        self.states[purpose] = state
        self._changed()
