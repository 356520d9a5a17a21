"""Steps of a preselection that need no fact from outside the database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from temporalio import activity

from activities.audit_facts import actor_kind
from activities.claim_changes import claim_changes
from activities.commits import Commits, before_of, deciding
from domain.errors import CodeExpired, NotFound, VehicleInUse, WrongStage
from domain.policy import Policy
from domain.preselection import Preselection
from domain.preselection_parts import Stage
from domain.preselection_record import from_record
from storage.failures import ClaimLost, CodeGone, VehicleTaken
from storage.preselections import PreselectionRow, Preselections
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
    def __init__(self, commits: Commits, preselections: Preselections) -> None:
        self.commits = commits
        self._preselections = preselections

    @activity.defn(name="records.open")
    @deciding
    async def open(self, command: OpenOrder) -> Decided:
        order = command.order
        row = await self._preselections.get_any(UUID(order.preselection_id))
        if row is None:
            raise NotFound
        if row.stage != "submitted" and not row.dormant:
            # The run before this one was ended from outside; the row goes on where it stood.
            return Decided(row.state, row.revision)
        order = replace(order, revision=row.revision)
        try:
            return await (self._revived(order, row) if row.dormant else self._opened(order, row, command.code_id))
        except VehicleTaken as taken:
            raise VehicleInUse from taken
        except CodeGone as gone:
            raise CodeExpired from gone

    async def _opened(self, order: Order, row: PreselectionRow, code_id: str | None) -> Decided:
        policy = Policy.from_dict(order.policy)
        if await self._preselections.running_for(row.vehicle_hash):
            raise VehicleInUse
        found = await self._preselections.find_transfer(row.transfer_hash, except_id=row.id)
        earlier = await self._as_left(from_record(found.state, policy), row) if found else None
        shown = await self._preselections.shown_to_vehicle(row.vehicle_hash)
        state = Preselection.opened(policy, order.at, earlier=earlier, shown=sorted(shown))
        return await self.commits.commit(order, "begin", state, use_code=UUID(code_id) if code_id else None)

    async def _revived(self, order: Order, row: PreselectionRow) -> Decided:
        dormant = await self._as_left(from_record(row.state, Policy.from_dict(order.policy)), row)
        shown = await self._preselections.shown_to_vehicle(row.vehicle_hash)
        dormant = replace(dormant, shown=tuple(sorted(shown.union(dormant.shown))))
        return await self.commits.commit(order, "begin", dormant.entered(order.at))

    async def _as_left(self, state: Preselection, row: PreselectionRow) -> Preselection:
        """The state with the chances that its transfer has left, whichever account used the others up."""
        least = await self._preselections.least_chances(row.transfer_hash)
        if least is None:
            return state
        draws, composed = min(least[0], state.draws_remaining), min(least[1], state.composed_remaining)
        return replace(state, draws_remaining=draws, composed_remaining=composed)

    @activity.defn(name="records.move")
    @deciding
    async def move(self, command: MoveOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        after = _moved(command, before)
        if after == before:
            return Decided(order.state or {}, order.revision)
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


def _moved(command: MoveOrder, before: Preselection) -> Preselection:
    at = command.order.at
    if command.move == "extend_validity":
        return before.extended_to(date.fromisoformat(command.visit_by or ""), at)
    return MOVES[command.move](before, at)
