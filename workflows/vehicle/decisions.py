"""Decisions of a vehicle's workflow: one at a time, first in the database, then in the workflow."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain.instants import to_milliseconds, whole_milliseconds
    from domain.preselection.values import RUNNING, Stage

from workflows.messages import ActionResult, DecisionInput, DecisionResult
from workflows.outcomes import Outcomes
from workflows.ports import Records
from workflows.refusals import convert_refusals, refusal_revision
from workflows.retries import DECIDING, LocalRetry
from workflows.run_until_decided import run_until_decided
from workflows.validation import check_request_id

MOST_DECISIONS = 500
"""After this many decisions a run continues as new, so that a replay stays short."""

Apply = Callable[[DecisionResult | None, DecisionResult], None]


class VehicleDecisions:
    """The lock of a vehicle, and the last result of its row. `apply(before, after)` is called when it changes."""

    def __init__(self, preselection_id: str, outcomes: Outcomes, apply: Apply) -> None:
        self.current: DecisionResult | None = None
        self.outcomes = outcomes
        self.is_stale = False
        self.is_turned_away = False
        self._preselection_id = preselection_id
        self._apply = apply
        self._lock = asyncio.Lock()
        self._count = 0

    async def decide(self, act: str, port: Any, command: Any, *, options: LocalRetry = DECIDING) -> ActionResult:
        """Let the activity `port` decide on the command. Raises its refusal as a failure."""
        command = with_request_id(command)
        with convert_refusals():
            check_request_id(command.request_id)
        async with self._lock:
            first_at = now()
            try:
                result: DecisionResult = await run_until_decided(
                    port,
                    lambda: [DecisionInput(self._preselection_id, act, now(), first_at), command],
                    options=options,
                )
            except FailureError as failure:
                self.outcomes.record_refusal(command.request_id, failure)
                self._compare(refusal_revision(failure))
                raise
            self._take_over(result)
            action_result = ActionResult(result.answered or result.revision)
            self.outcomes.record_result(command.request_id, action_result.revision)
            return action_result

    async def read_row(self) -> None:
        """Read the row for the first time, unless a message has done so already."""
        async with self._lock:
            if self.current is None and not self.is_turned_away:
                await self._settle()

    async def settle(self) -> None:
        """Apply expiries and bans to the row, and adopt the result."""
        async with self._lock:
            await self._settle()

    @property
    def stage(self) -> Stage | None:
        """The last stage from the row; None before the first read, and before the preselection has started."""
        if self.current is None or self.current.stage == "submitted":
            return None
        return Stage(self.current.stage)

    def is_alive(self) -> bool:
        """Whether anything can still happen to this vehicle in this run."""
        if self.current is None:
            return False
        return not self.current.is_dormant and self.stage in RUNNING

    def is_due(self) -> bool:
        """Whether the row must be read: something has expired, or the row has another revision."""
        changes_at = self.current.changes_at if self.current else None
        return self.is_stale or (changes_at is not None and changes_at <= to_milliseconds(now()))

    def is_long(self) -> bool:
        return self._count >= MOST_DECISIONS or workflow.info().is_continue_as_new_suggested()

    async def _settle(self) -> None:
        self.is_stale = False
        given = DecisionInput(self._preselection_id, "settle", now())
        self._take_over(await run_until_decided(Records.settle, lambda: [replace(given, at=now())]))

    def _compare(self, revision: int | None) -> None:
        """A refusal that is based on another revision shows that the row and the run disagree."""
        if self.current and revision is not None and revision != self.current.revision:
            self.is_stale = True

    def _take_over(self, result: DecisionResult) -> None:
        self._count += 1
        before, after = self.current, replace(result, answered=None)
        self.current = after
        if before != after:
            self._apply(before, after)


def now() -> datetime:
    """The workflow's time, in whole milliseconds like every deadline."""
    return whole_milliseconds(workflow.now())


def new_request_id() -> str:
    return str(workflow.uuid4())


def with_request_id(command: Any) -> Any:
    """A message from the command line may leave the id out: then each message is a new request."""
    return command if command.request_id else replace(command, request_id=new_request_id())
