"""Steps of a preselection that need no fact from outside the database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from temporalio import activity

from activities.audit_facts import actor_kind
from activities.claim_changes import claim_changes
from activities.commits import Commits, before_of, deciding, led_to
from domain.errors import CodeNotSent, NotFound, VehicleInUse, WrongStage
from domain.policy import Policy
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from domain.preselection.values import Stage
from storage.failures import ClaimLost, CodeGone, VehicleTaken
from storage.preselections.history import VehiclePast, VehiclePasts
from storage.preselections.rows import PreselectionRow, Preselections
from workflows.ports import Decided, MoveOrder, OpenOrder, Order, Records

MOVES: dict[str, Callable[[Preselection, datetime], Preselection]] = {
    "settle": Preselection.settled,
    "enter": Preselection.entered,
    "start": Preselection.started,
    "withdraw": Preselection.cancelled,
    "register": Preselection.registered,
    "reject": Preselection.rejected,
    "release_holds": Preselection.without_holds,
}


class RecordActivities(Records):
    def __init__(self, commits: Commits, preselections: Preselections, pasts: VehiclePasts) -> None:
        self.commits = commits
        self._preselections = preselections
        self._pasts = pasts

    @activity.defn(name="records.open")
    @deciding
    async def open(self, command: OpenOrder) -> Decided:
        order = command.order
        row = await self._preselections.get_any(UUID(order.preselection_id))
        if row is None:
            raise NotFound
        if row.stage != "submitted" and not row.dormant:
            # The run before this one was ended from outside; the row goes on where it stood.
            return led_to(order, row.state, row.revision)
        order = replace(order, revision=row.revision)
        try:
            return await (self._revived(order, row) if row.dormant else self._opened(order, row, command.code_id))
        except VehicleTaken as taken:
            raise VehicleInUse from taken
        except CodeGone as gone:
            raise CodeNotSent from gone

    async def _opened(self, order: Order, row: PreselectionRow, code_id: str | None) -> Decided:
        policy, past = Policy.from_dict(order.policy), await self._pasts.before(row)
        if past.is_running:
            raise VehicleInUse
        earlier = _as_left(from_record(past.earlier, policy), past) if past.earlier else None
        state = Preselection.opened(policy, order.at, earlier=earlier, shown=past.shown)
        return await self.commits.commit(order, "begin", state, use_code=UUID(code_id) if code_id else None)

    async def _revived(self, order: Order, row: PreselectionRow) -> Decided:
        past = await self._pasts.before(row)
        dormant = _as_left(from_record(row.state, Policy.from_dict(order.policy)), past)
        dormant = replace(dormant, shown=tuple(sorted({*past.shown, *dormant.shown})))
        return await self.commits.commit(order, "begin", dormant.entered(order.at))

    @activity.defn(name="records.move")
    @deciding
    async def move(self, command: MoveOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        after = _moved(command, before)
        if after == before:
            return Decided({}, order.revision)
        kind = actor_kind(command.move, command.clerk, command.reason)
        commit = partial(self.commits.commit, actor_kind=kind, operator=command.clerk, reason=command.reason)
        try:
            return await commit(order, command.move, after, claims=claim_changes(before, after, order.at))
        except ClaimLost:
            if command.move == "extend_validity":
                # The deadline has passed, and so has the time for which the plate was kept beyond it.
                raise WrongStage(Stage.OVERDUE) from None
            # Every worker was away for so long that the reservation has ended by itself and the plate is another's.
            return await commit(order, command.move, after)


def _as_left(state: Preselection, past: VehiclePast) -> Preselection:
    """The state with the chances that its transfer has left, whichever account used the others up."""
    if past.least_draws is None or past.least_composed is None:
        return state
    draws, composed = min(past.least_draws, state.draws_remaining), min(past.least_composed, state.composed_remaining)
    return replace(state, draws_remaining=draws, composed_remaining=composed)


def _moved(command: MoveOrder, before: Preselection) -> Preselection:
    at = command.order.at
    if command.move == "extend_validity":
        return before.extended_to(date.fromisoformat(command.visit_by or ""), at)
    return MOVES[command.move](before, at)
