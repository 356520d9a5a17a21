"""How an activity decides: read the row, ask the domain, commit on the row's revision.

The row is the source of truth, whatever the workflow has. The pool index and the event streams are derived, so a
failure there costs others a retry or a later read, and never this decision.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, TypeVar
from uuid import UUID, uuid4

import structlog
from temporalio import activity

from activities.clock import WorkerClock
from activities.decide.audit import Actor, actor_of
from activities.decide.case import Case, decision_of, to_result
from activities.decide.claims import NO_CLAIMS, ClaimChanges, claim_changes
from activities.decide.unsealed import refuse_far_day
from activities.failures import RowMissing
from domain.acts import ACTS, Act
from domain.dependencies import DependencyUnavailable
from domain.errors import Blacklisted, CodeNotSent, Refusal, ValidationFailed, VehicleInUse, WrongStage
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from domain.preselection.values import Stage
from storage.audit.actions import AuditAction
from storage.crypto.seals import MessageSeals
from storage.failures import ClaimLost, CodeGone, PartyBanned, RequestIdTaken, StaleRevision, VehicleTaken
from storage.pool.index import PoolIndex
from storage.postgres.tables import FOREVER
from storage.preselections.decisions import Decisions
from storage.preselections.history import VehicleHistories
from storage.preselections.rows import PreselectionRow
from storage.redis.announcements import Announcements
from workflows.messages import Command, DecisionInput, DecisionResult
from workflows.refusals import as_failure

log = structlog.get_logger("actions")
C = TypeVar("C", bound=Command)

_ROUNDS = 5
SETTLE = Act("settle")


Observe = Callable[[str, Preselection | None, Preselection], object]
Make = Callable[[Case, C], Awaitable[DecisionResult]]


class DecisionRunner:
    """Loads cases and commits decisions. Their time is the workflow's, which must be about the worker's."""

    def __init__(
        self,
        decisions: Decisions,
        histories: VehicleHistories,
        index: PoolIndex,
        announcements: Announcements,
        *,
        seals: MessageSeals,
        clock: WorkerClock,
        observe: Observe | None = None,
    ) -> None:
        """`observe` gets each committed decision once: its action, and the state before and after it."""
        self.decisions = decisions
        self.index = index
        self._histories = histories
        self._announcements = announcements
        self._announcing: set[asyncio.Task[None]] = set()
        self._seals = seals
        self._clock = clock
        self._observe = observe

    async def decide(
        self, given: DecisionInput, command: C, make: Make[C], when_late: Make[C] | None = None
    ) -> DecisionResult:
        """Let `make` decide on the current row; a request that was decided before gets its recorded result.

        If the row changes in between, the decision is made again on the new revision. `when_late` handles a request
        that was decided by an attempt whose result was lost.
        """
        for _ in range(_ROUNDS):
            case = await self.load_state(given, command)
            try:
                if case.earlier is None:
                    return await make(case, command)
                if when_late and case.is_late:
                    return await when_late(case, command)
                return self.unchanged_result(case)
            except (StaleRevision, RequestIdTaken):
                continue
            except Refusal as refusal:
                if case.earlier is None and await self._fence_earlier_attempts(case):
                    continue
                raise as_failure(refusal, case.row.revision) from None
            except (PartyBanned, VehicleTaken, CodeGone) as aborted:
                raise as_failure(_refusal_of(aborted), case.row.revision) from None
        # No row changes so often; the request id belongs to another preselection, or to another act.
        raise ValidationFailed([{"field": "request_id", "message": "was used before"}])

    async def settle(self, given: DecisionInput) -> DecisionResult:
        """Commit expiries and bans, and return the row's state."""
        while True:
            case = await self.load_state(given, None)
            if case.before is None:
                return DecisionResult(case.row.revision, case.row.stage, 0, 0, {})
            after = case.before.settle(case.at)
            if case.banned_until and after.holds(case.at):
                after = after.release_holds(case.at)
            if after == case.before:
                return self.unchanged_result(case)
            try:
                return await self.commit_step(case, after)
            except StaleRevision:
                continue

    async def load_state(self, given: DecisionInput, command: Command | None) -> Case:
        """Read the row. Raises `RowMissing`, `ClockSkew`, and `Forbidden` for an act without the seal it needs."""
        self._clock.check(given.at)
        act = ACTS[given.act] if command else SETTLE
        sealed = command is not None and self._seals.is_genuine(given.preselection_id, given.act, command)
        actor = actor_of(act, command, is_sealed=sealed)
        request_id = UUID(command.request_id) if command else uuid4()
        loaded = await self.decisions.load(UUID(given.preselection_id), request_id, act.action, given.at)
        if loaded is None:
            raise RowMissing(given.preselection_id)
        if command and not sealed:
            refuse_far_day(command, loaded.row)
        if loaded.banned_until and not act.under_ban and loaded.earlier is None:
            raise Blacklisted(loaded.banned_until)
        return Case(
            request_id=request_id,
            act=act,
            actor=actor,
            at=given.at,
            row=loaded.row,
            before=await self._state_of(loaded.row, command),
            prefixes=loaded.prefixes,
            banned_until=loaded.banned_until,
            earlier=loaded.earlier,
            first_at=given.first_at or given.at,
        )

    async def commit(
        self,
        case: Case,
        after: Preselection,
        *,
        action: AuditAction | Literal["rule_out"] | None = None,
        request_id: UUID | None = None,
        claims: ClaimChanges = NO_CLAIMS,
        index_claims: ClaimChanges | None = None,
        use_code: UUID | None = None,
        draw: Mapping[str, Any] | None = None,
    ) -> DecisionResult:
        """Commit `after` and the claims together; raises what `Decisions.commit` raises.

        `index_claims` are those that the index does not have yet, if it has some.
        """
        named = action or case.act.action
        decision = decision_of(case, after, named, request_id or case.request_id, claims, use_code)
        await self.decisions.commit(replace(decision, draw=draw) if draw else decision)
        revision = case.row.revision + 1
        if self._observe:
            self._observe(named, case.before, after)
        log.info("decided", preselection_id=str(case.row.id), action=named, stage=after.stage.value, revision=revision)
        await self._publish(case, claims if index_claims is None else index_claims)
        return to_result(revision, after)

    async def settle_index(self, at: datetime, claims: ClaimChanges) -> None:
        """Apply new and freed claims to the pool index."""
        taken = [claim.plate for claim in claims.hold if claim.until == FOREVER]
        held = {claim.plate: claim.until for claim in claims.hold if claim.until != FOREVER}
        kinds = {claim.plate: claim.kind for claim in claims.hold}
        await self.index.settle(at=at, taken=taken, held=held, freed=claims.release, kinds=kinds)

    def unchanged_result(self, case: Case) -> DecisionResult:
        """The unchanged row, with the revision that an earlier attempt of the request led to."""
        answered = case.earlier.revision if case.earlier else None
        return replace(to_result(case.row.revision, case.state), answered=answered)

    async def commit_step(self, case: Case, after: Preselection) -> DecisionResult:
        """Commit a step with its changes of claims."""
        try:
            return await self.commit(case, after, claims=claim_changes(case.before, after, case.at))
        except ClaimLost:
            if case.act.name == "extend_validity":
                # The deadline has passed, and so has the time for which the plate was kept after it.
                raise WrongStage(Stage.OVERDUE) from None
            # No worker ran for so long that the reservation has ended and another vehicle has the plate.
            return await self.commit(case, after)

    async def _state_of(self, row: PreselectionRow, command: Command | None) -> Preselection | None:
        """The row's state; a dormant one is updated before an act with the used chances of its transfer."""
        if row.stage == "submitted":
            return None
        state = from_record(row.state, row.rules)
        if command is None or not row.dormant:
            return state
        history = await self._histories.before(row)
        return replace(history.apply_to(state), shown=tuple(sorted({*history.shown, *state.shown})))

    async def _fence_earlier_attempts(self, case: Case) -> bool:
        """Make sure that no earlier attempt of a refused request is executed later; True to decide again.

        An attempt that timed out may have been executed, and a frozen server executes it when it continues. A decision
        without effect takes the revision on which every earlier attempt is based.
        """
        again = activity.in_activity() and activity.info().attempt > 1
        if case.before is None or not (again or case.first_at < case.at):
            return False
        fence = replace(case, actor=Actor("system"), act=SETTLE)
        try:
            await self.commit(fence, case.before, action="rule_out", request_id=uuid4())
        except StaleRevision:
            return True
        return False

    async def _publish(self, case: Case, claims: ClaimChanges) -> None:
        """Update the index and wake the event streams; an unavailable dependency catches up automatically."""
        # The result need not wait until the streams are notified.
        announcing = asyncio.create_task(self._announce(case.row.id))
        self._announcing.add(announcing)
        announcing.add_done_callback(self._announcing.discard)
        with suppress(DependencyUnavailable):
            await self.settle_index(case.at, claims)

    async def _announce(self, preselection_id: UUID) -> None:
        with suppress(DependencyUnavailable):
            await self._announcements.publish(preselection_id)


def _refusal_of(aborted: PartyBanned | VehicleTaken | CodeGone) -> Refusal:
    """What prevented a commit, as a refusal of the contract."""
    match aborted:
        case PartyBanned():
            return Blacklisted(aborted.until)
        case VehicleTaken():
            return VehicleInUse()
        case CodeGone():
            return CodeNotSent()
