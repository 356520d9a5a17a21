"""The input of one decision, and its output: the statement's values, and the result for the workflow."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from activities.decide.audit import Actor, audit_facts
from activities.decide.claims import ClaimChanges
from domain.acts import Act
from domain.errors import WrongStage
from domain.instants import to_milliseconds
from domain.preselection.deadlines import changes_at, timers
from domain.preselection.record import Record, to_record
from domain.preselection.state import Preselection
from storage.preselections.decisions import RESTART, Decision, EarlierDecision
from storage.preselections.rows import PreselectionRow
from workflows.messages import DecisionResult


@dataclass(frozen=True)
class Case:
    """The input of one decision: the request, and the row at one revision.

    `before` is None until the preselection has started.
    """

    request_id: UUID
    act: Act
    actor: Actor
    at: datetime
    row: PreselectionRow
    before: Preselection | None
    prefixes: tuple[str, ...]
    banned_until: datetime | None
    earlier: EarlierDecision | None
    first_at: datetime

    @property
    def state(self) -> Preselection:
        """The state before the decision. Raises `WrongStage` before the preselection has started."""
        if self.before is None:
            raise WrongStage("submitted")
        return self.before

    @property
    def is_late(self) -> bool:
        """Whether an earlier attempt of this message has decided, and its result was lost."""
        return self.earlier is not None and self.first_at <= self.earlier.at < self.at


def to_result(revision: int, state: Preselection) -> DecisionResult:
    """The result for the workflow."""
    reservation, changing = state.reservation, changes_at(state)
    return DecisionResult(
        revision=revision,
        stage=state.stage.value,
        draws=state.draws_remaining,
        composed=state.composed_remaining,
        timers={name.value: to_milliseconds(end) for name, end in timers(state).items()},
        changes_at=to_milliseconds(changing) if changing else None,
        is_dormant=state.dormant or None,
        plate=reservation.plate if reservation else None,
        visit_by=reservation.visit_by.isoformat() if reservation else None,
        batch=list(state.batch.numbers) if state.batch else None,
        candidates=list(state.candidates.numbers) if state.candidates else None,
    )


def decision_of(
    case: Case, after: Preselection, action: str, request_id: UUID, claims: ClaimChanges, use_code: UUID | None
) -> Decision:
    state: Record = to_record(after)
    reservation, actor = after.reservation, case.actor
    proof = after.batch.proof if after.batch and action == RESTART else None
    facts = audit_facts(case.row.state if case.before else None, state)
    return Decision(
        request_id=request_id,
        preselection_id=case.row.id,
        action=action,
        # The numbers of a closed day are about to be published.
        open_day=proof.day if proof else None,
        at=case.at,
        expected_revision=case.row.revision,
        stage=after.stage.value,
        state=state,
        answer={"state": state, "revision": case.row.revision + 1},
        dormant=after.dormant,
        plate=reservation.plate if reservation else None,
        visit_by=reservation.visit_by if reservation else None,
        deadline=reservation.deadline if reservation else None,
        hold=claims.hold,
        release=list(claims.release),
        refuse_banned=not case.act.under_ban,
        use_code=use_code,
        actor_kind=actor.kind,
        operator=actor.name,
        reason=actor.reason,
        # Acts of staff, and acts through Temporal itself, are always audited, even if they change nothing else.
        facts=facts or ({} if actor.is_audited else None),
    )
