"""How a vehicle's workflow comes to a decision: one at a time, in the database first, in the workflow after it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ActivityError, FailureError

with workflow.unsafe.imports_passed_through():
    from domain.errors import ValidationFailed, WrongStage
    from domain.instants import whole_milliseconds
    from domain.policy import Policy
    from domain.preselection.deadlines import Countdown, deadlines, timers
    from domain.preselection.record import from_record, merged, to_record
    from domain.preselection.state import Preselection
    from domain.preselection.values import UNFINISHED, Stage

from workflows.countdowns import Countdowns
from workflows.details import GIVEN_UP, HANDED_OVER, ON_ITS_WAY, current_details
from workflows.fields import check_request_id
from workflows.insistence import insist
from workflows.messages import Acted, ExtendValidity, OperatorAct, VehicleInput
from workflows.ports import Decided, Order, TextOrder, Texts
from workflows.refusals import as_failure, as_refusal, refusing
from workflows.requests import Requests
from workflows.retries import NOTICE, NormalPatience
from workflows.search_attributes import DEADLINE, STAGE
from workflows.titles import continued_details

RESERVED = "reserved"
Check = Callable[[Preselection, datetime], object]
MOST_UPDATES = 500
"""After so many decisions a run continues as new, so that replaying it stays short."""


class Decider:
    """State, lock, memory of requests and timers of a vehicle; the workflow proper is written on top of it."""

    def __init__(self, given: VehicleInput) -> None:
        self.given = given
        self.policy = Policy.from_dict(given.policy)
        self.state = from_record(given.state, self.policy) if given.state else None
        self.revision = given.revision
        self.requests = Requests(given.outcomes)
        self.lock = asyncio.Lock()
        self.countdowns = Countdowns(self._wake)
        self.texts: set[asyncio.Task[None]] = set()
        self.told = dict.fromkeys(given.undelivered, GIVEN_UP)
        self.due = False
        self.fired: list[Countdown] = []
        self.turned_away = False
        self._decisions = 0

    # Judging

    def judge(self, command: Any, *checks: Check) -> None:
        """Ask the domain whether this may happen now; a repeat of a known request always may."""
        if command.request_id in self.requests:
            return
        with refusing():
            if command.request_id:
                check_request_id(command.request_id)
            if self.state is None:
                raise WrongStage("submitted")
            for check in checks:
                check(self.state, self.now())

    def judge_operator(self, command: OperatorAct | ExtendValidity, check: Check) -> None:
        """An operator's act names who and why."""
        blank = [name for name in ("operator", "reason") if not getattr(command, name).strip()]
        if blank:
            raise as_failure(ValidationFailed([{"field": name, "message": "must not be blank"} for name in blank]))
        self.judge(command, check)

    # Deciding

    async def decide(
        self, command: Any, port: Any, build: Callable[[Order], Any], *, patience: NormalPatience | None = None
    ) -> Acted:
        """Let the activity `port` decide on the order that `build` makes; answer a repeat from memory."""
        request_id = self.with_request_id(command).request_id
        with refusing():
            check_request_id(request_id)
        async with self.lock:
            if request_id in self.requests:
                return self.requests.answer(request_id)
            known = self.revision
            try:
                decided = await self.carry_out(port, build, request_id, patience=patience)
            except FailureError as failure:
                self.note_refusal(request_id, failure)
                raise
            self.requests.acted(request_id, decided.revision)
            return Acted(decided.revision, decided.changes if decided.revision == known + 1 else None)

    async def carry_out(
        self, port: Any, build: Callable[[Order], Any], request_id: str, *, patience: NormalPatience | None = None
    ) -> Decided:
        """Let the database decide, and adopt the state. The caller holds the lock.

        Returns what the request has led to, now or long ago.

        With `patience` somebody waits for another system meanwhile, and is told soon when that is down.
        """
        asked_at = self.now()

        def build_order() -> Any:
            return build(self._order(request_id, asked_at))

        if patience:
            decided = await self._once(port, build_order(), patience)
        else:
            decided = await insist(port, build_order)
        self._adopt(decided)
        return decided

    async def _once(self, port: Any, order: Any, patience: NormalPatience) -> Decided:
        try:
            decided: Decided = await workflow.execute_activity(port, order, **patience)
        except ActivityError as failure:
            refusal = as_refusal(failure)
            raise (as_failure(refusal) if refusal else failure) from None
        return decided

    def _order(self, request_id: str, asked_at: datetime) -> Order:
        return Order(
            preselection_id=self.given.preselection_id,
            request_id=request_id,
            at=self.now(),
            policy=self.given.policy,
            revision=self.revision,
            state=to_record(self.state) if self.state else None,
            asked_at=asked_at,
        )

    def _adopt(self, decided: Decided) -> None:
        self._decisions += 1
        if self.state and decided.revision <= self.revision:
            # Nothing has changed, or a repeat that we had forgotten was answered from the record.
            return
        before = self.state
        self.state = from_record(merged(to_record(before) if before else {}, decided.changes), self.policy)
        self.revision = decided.revision
        self.follow_deadlines()
        self._show(before, self.state)
        if self.state.stage is Stage.COMPLETED and (before is None or before.stage in UNFINISHED):
            self.send_text(RESERVED)
        elif self.state.stage is Stage.COMPLETED and before and before.reservation != self.state.reservation:
            self.send_text("deadline_moved")

    def note_refusal(self, request_id: str, failure: FailureError) -> None:
        """Keep a refusal, so that it can be asked for, and so that a repeat hears a final one again."""
        refusal = as_refusal(failure)
        if refusal:
            self.requests.refused(request_id, refusal)

    # Time

    def now(self) -> datetime:
        return whole_milliseconds(workflow.now())

    def follow_deadlines(self) -> None:
        if self.state:
            validity = self.state.reservation.deadline if self.state.reservation else None
            self.countdowns.follow(timers(self.state, self.now()), end_of_all=validity)

    def _wake(self, name: Countdown) -> None:
        self.due = True
        self.fired.append(name)
        workflow.logger.info(
            "countdown ended",
            extra={
                "preselection_id": self.given.preselection_id,
                "office": self.given.office,
                "countdown": name.value,
            },
        )

    def is_alive(self) -> bool:
        """Whether anything can still happen to this vehicle here."""
        if self.state is None:
            return False
        return not self.state.dormant and (self.state.stage in UNFINISHED or self.state.stage is Stage.COMPLETED)

    def is_long(self) -> bool:
        return self._decisions >= MOST_UPDATES or workflow.info().is_continue_as_new_suggested()

    def is_quiet(self) -> bool:
        """Whether nobody waits for us and nothing of ours is under way: only then may a run end."""
        return workflow.all_handlers_finished() and not self.texts

    def carried_over(self, given: VehicleInput) -> VehicleInput:
        """What the next run begins with."""
        state = to_record(self.state) if self.state else None
        undelivered = [purpose for purpose, became in self.told.items() if became == GIVEN_UP]
        return replace(
            given, state=state, revision=self.revision, outcomes=self.requests.all(), undelivered=undelivered
        )

    # Telling others

    def send_text(self, purpose: str, *, until: datetime | None = None) -> None:
        """Send an SMS while the process goes on."""
        # A vehicle reserves one plate in its life. A run that was begun anew for a reservation says so again, and must
        # be known to repeat itself.
        which = f"{purpose}:{self.revision}" if purpose != RESERVED else purpose
        key = f"{self.given.preselection_id}:{which}"
        order = TextOrder(self.given.preselection_id, purpose, key, self.now(), until)
        task = asyncio.create_task(self._deliver(order))
        self.texts.add(task)
        task.add_done_callback(self.texts.discard)

    async def _deliver(self, order: TextOrder) -> None:
        self._note_text(order.purpose, ON_ITS_WAY)
        try:
            await workflow.execute_activity_method(Texts.send, order, summary=f"SMS {order.purpose}", **NOTICE)
        except ActivityError:
            # Tried for a day: the row and the page tell the same, so the process goes on without it.
            self._note_text(order.purpose, GIVEN_UP)
            workflow.logger.warning(
                "SMS given up", extra={"preselection_id": order.preselection_id, "purpose": order.purpose}
            )
        else:
            self._note_text(order.purpose, HANDED_OVER)

    def _note_text(self, purpose: str, became: str) -> None:
        self.told[purpose] = became
        self.show_details()

    def show_details(self) -> None:
        """What operators read in Temporal's UI; it costs no event."""
        if self.state:
            details = current_details(self.state, deadlines(self.state, self.now()), self.told)
            if workflow.info().continued_run_id:
                # Temporal gives a run that continues another one neither its title nor its guide.
                details = continued_details(self.given.office, self.given.prefixes, details)
            workflow.set_current_details(details)

    def _show(self, before: Preselection | None, after: Preselection) -> None:
        """What operators see in Temporal's UI; an upsert costs an event, so only what has changed."""
        self.show_details()
        changes: list[SearchAttributeUpdate[Any]] = []
        if before and before.stage is not after.stage:
            changes.append(STAGE.value_set(after.stage.value))
        if after.reservation and (before is None or before.reservation != after.reservation):
            changes.append(DEADLINE.value_set(after.reservation.deadline))
        if changes:
            workflow.upsert_search_attributes(changes)

    def new_request_id(self) -> str:
        return str(workflow.uuid4())

    def with_request_id(self, command: Any) -> Any:
        """A message from the command line may leave the id out: then each sending is a wish of its own."""
        return command if command.request_id else replace(command, request_id=self.new_request_id())
