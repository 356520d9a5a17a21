"""Extends the deadlines of many reservations, because an office was closed or our service was down (R-40).

It only signals the vehicles; each moves its deadline and sends an SMS to its holder. Then it checks again: a
reservation that was made during the change may have used the old calendar.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from domain.instants import whole_milliseconds

from workflows.messages import POSTPONEMENT_WORKFLOW, Postponed, PostponementInput
from workflows.ports import Deadlines, PostponedPage, PostponePageInput
from workflows.retries import MANY

PAUSES = (timedelta(seconds=15), timedelta(minutes=2), timedelta(minutes=15))
"""The pauses before each further pass; the first pass that finds nothing is the last."""


@workflow.defn(name=POSTPONEMENT_WORKFLOW, versioning_behavior=VersioningBehavior.PINNED)
class PostponementWorkflow:
    def __init__(self) -> None:
        self._found: list[int] = []
        self._unreached = 0

    @workflow.run
    async def run(self, given: PostponementInput) -> Postponed:
        left = await self._look(given)
        for pause in PAUSES:
            await workflow.sleep(pause, summary="再次核对 (check again)")
            left = await self._look(given)
            if not left:
                break
        return Postponed(self._found, left)

    async def _look(self, given: PostponementInput) -> int:
        """Signal every vehicle whose deadline still has to move; returns their number."""
        operation_id = workflow.info().workflow_id
        found, last = 0, None
        self._unreached = 0
        while True:
            page_input = PostponePageInput(operation_id, given, whole_milliseconds(workflow.now()), last)
            page: PostponedPage = await workflow.execute_activity_method(
                Deadlines.postpone, page_input, summary=f"{found} …", **MANY
            )
            found, last = found + page.found, page.last
            self._unreached += page.unreached
            if last is None:
                break
        self._found.append(found)
        workflow.set_current_details(self._details())
        return found

    def _details(self) -> str:
        lines = [f"- 第{number}遍 / look {number}: {found}" for number, found in enumerate(self._found, 1)]
        if self._unreached:
            lines.append(f"- 流程已重新启动 / workflows started again: {self._unreached}")
        return "\n".join(lines)
