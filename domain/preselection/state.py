"""The preselection of one vehicle: a state machine without clock, randomness or I/O.

Acts have the names of `docs/glossary.md` and return the next state, or raise a refusal: states are frozen, so a caller
computes one, stores it, and adopts it only then. What happened outside (which numbers were drawn) is an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.calendar import end_of_day
from domain.errors import (
    BatchExpired,
    CancellationNotAllowed,
    CandidateExpired,
    CodeNotSent,
    NoComposedLeft,
    NotACandidate,
    NotInBatch,
    NumbersUnavailable,
    RateLimited,
    TooEarly,
    TooManyNumbers,
    ValidationFailed,
    VehicleExhausted,
    WrongStage,
)
from domain.policy import Policy
from domain.preselection.values import (
    UNFINISHED,
    Batch,
    Candidate,
    Candidates,
    DrawProof,
    Hold,
    HoldKind,
    IdentityCode,
    Outcome,
    Reservation,
    Stage,
    Tried,
    add_candidate,
    check_chance_to_draw,
)


@dataclass(frozen=True)
class Preselection:
    """The complete state of a preselection. Holds no personal value."""

    policy: Policy
    stage: Stage
    draws_remaining: int
    composed_remaining: int
    last_action_at: datetime
    dormant: bool = False
    identity: IdentityCode | None = None
    session_until: datetime | None = None
    session_from: datetime | None = None
    compose_from: datetime | None = None
    batch: Batch | None = None
    candidates: Candidates | None = None
    last_submission: tuple[Tried, ...] | None = None
    reservation: Reservation | None = None
    shown: tuple[str, ...] = ()
    """Every number that this vehicle was offered: none of them is offered to it again."""

    @classmethod
    def begin(
        cls, policy: Policy, at: datetime, *, earlier: "Preselection | None" = None, shown: Sequence[str] = ()
    ) -> "Preselection":
        """At 选号服务说明; the same transfer continues with the counts of its `earlier` one (R-45, R-46)."""
        if earlier and earlier.has_no_chance():
            raise VehicleExhausted
        return cls(
            policy=policy,
            stage=Stage.SERVICE_NOTES,
            draws_remaining=earlier.draws_remaining if earlier else policy.draws,
            composed_remaining=earlier.composed_remaining if earlier else policy.composed,
            last_action_at=at,
            shown=tuple(shown),
        )

    # Expiry

    def settle(self, at: datetime) -> "Preselection":
        """The state at this instant: a countdown that is over has had its effect, whether or not a timer has fired."""
        if self.stage is Stage.COMPLETED and self.reservation and at >= self.reservation.deadline:
            return replace(self, stage=Stage.OVERDUE)
        if self.stage not in UNFINISHED:
            return self
        state = self._apply_idle_time(at)
        if state.has_no_chance() and not state.holds(at):
            # The result is the same whether idleness or the countdowns ended the last hold, and in any number of steps.
            return replace(_leave_session(state), stage=Stage.EXHAUSTED, dormant=False, batch=None, candidates=None)
        return state

    def _apply_idle_time(self, at: datetime) -> "Preselection":
        """The state after idle time: the session, or the unfinished preselection, may be over."""
        if not self.dormant and at >= self.policy.unfinished_idle.after(self.last_action_at):
            return replace(_leave_session(self), dormant=True, batch=None, candidates=None)
        return _leave_session(self) if self.session_until and at >= self.session_until else self

    def has_no_chance(self) -> bool:
        """Whether neither a draw nor a composed number is left (R-07, R-30)."""
        return self.draws_remaining == 0 and self.composed_remaining == 0

    def holds(self, at: datetime) -> dict[str, Hold]:
        """The numbers held now; a candidate is held for the longer of its two countdowns (column, batch)."""
        held: dict[str, Hold] = {}
        if self.batch and self.batch.is_live(at):
            held = dict.fromkeys(self.batch.numbers, Hold(HoldKind.OFFERED, self.batch.expires_at))
        if self.candidates and self.candidates.is_live(at):
            for number in self.candidates.numbers:
                until = self.candidates.expires_at
                held[number] = Hold(HoldKind.CANDIDATE, max(until, held[number].until) if number in held else until)
        return held

    # Entry

    def enter(self, at: datetime) -> "Preselection":
        """Back at 选号服务说明 (R-05, R-15): holds and their countdowns stay, an identity code becomes void."""
        state = self.settle(at)
        if state.stage not in UNFINISHED:
            return state
        return replace(_leave_session(state), dormant=False, last_action_at=at)

    def start(self, at: datetime) -> "Preselection":
        """「开始选号」 leads to 身份验证 (R-14)."""
        state = self._require_stage(Stage.SERVICE_NOTES, at)
        return replace(state, stage=Stage.IDENTITY_VERIFICATION, dormant=False, last_action_at=at)

    def check_send_identity_code(self, at: datetime) -> None:
        state = self._require_stage(Stage.IDENTITY_VERIFICATION, at)
        if state.identity and at < state.identity.resend_at:
            raise RateLimited(state.identity.resend_at)

    def send_identity_code(self, at: datetime) -> "Preselection":
        """After a code was sent; each new one restarts the countdown of 「确认」 (R-16, R-17)."""
        self.check_send_identity_code(at)
        code = IdentityCode(
            confirm_enabled_at=self.policy.confirm_delay.after(at),
            resend_at=self.policy.code_resend.after(at),
            expires_at=self.policy.code_ttl.after(at),
        )
        return replace(self.settle(at), identity=code, last_action_at=at)

    def check_confirm_identity(self, at: datetime) -> None:
        state = self._require_stage(Stage.IDENTITY_VERIFICATION, at)
        if state.identity is None:
            raise CodeNotSent
        if at < state.identity.confirm_enabled_at:
            raise TooEarly(state.identity.confirm_enabled_at)

    def confirm_identity(self, at: datetime) -> "Preselection":
        """After the code was right: the selection session starts (R-17, R-24)."""
        self.check_confirm_identity(at)
        state = replace(self.settle(at), stage=Stage.PLATE_SELECTION, identity=None, session_from=at)
        return _prolong_session(replace(state, compose_from=self.policy.compose_interval.after(at)), at)

    # 随机

    def check_draw(self, at: datetime) -> None:
        state = self._require_stage(Stage.PLATE_SELECTION, at)
        check_chance_to_draw(state.draws_remaining, state.batch, self.policy, at)

    def draw(self, id_: str, numbers: Sequence[str], at: datetime, proof: DrawProof | None = None) -> "Preselection":
        """After the pool has given numbers: the draw is charged, and the previous batch ends (R-32 to R-35)."""
        self.check_draw(at)
        if not numbers:
            raise NumbersUnavailable
        state = self.settle(at)
        batch, left = Batch(id_, tuple(numbers), self.policy.batch_ttl.after(at), proof), state.draws_remaining - 1
        return _prolong_session(replace(state, batch=batch, draws_remaining=left, shown=(*state.shown, *numbers)), at)

    def restart_batch(self, batch_id: str, at: datetime) -> "Preselection":
        """The same batch with its whole countdown, where it was running while nobody could see the batch."""
        state = self._require_stage(Stage.PLATE_SELECTION, at)
        if state.batch is None or state.batch.id != batch_id:
            raise NotInBatch
        batch = replace(state.batch, expires_at=self.policy.batch_ttl.after(at))
        return _prolong_session(replace(state, batch=batch), at)

    def put_aside(self, number: str, at: datetime) -> "Preselection":
        """One number of the live batch becomes its candidate; adding it again changes nothing (R-37, R-38)."""
        state = self._require_stage(Stage.PLATE_SELECTION, at)
        if state.batch is None or number not in state.batch.numbers:
            raise NotInBatch
        if not state.batch.is_live(at):
            raise BatchExpired
        column = state.candidates if state.candidates and state.candidates.is_live(at) else None
        if column and column.from_batch(state.batch.id) == number:
            return state
        candidates = add_candidate(column, Candidate(number, state.batch.id), self.policy, at)
        return _prolong_session(replace(state, candidates=candidates), at)

    def check_confirm(self, number: str, at: datetime) -> None:
        state = self._require_stage(Stage.PLATE_SELECTION, at)
        if state.candidates is None or number not in state.candidates.numbers:
            raise NotACandidate
        if not state.candidates.is_live(at):
            raise CandidateExpired

    def confirm(self, reservation: Reservation, at: datetime) -> "Preselection":
        """「确认选号」 on a candidate: the plate is reserved (R-39)."""
        self.check_confirm(reservation.plate, at)
        return _complete(self.settle(at), reservation, at)

    # 自编

    def check_compose(self, count: int, at: datetime) -> None:
        """Raise a refusal if `count` numbers may not be submitted now (R-22, R-24)."""
        state = self._require_stage(Stage.PLATE_SELECTION, at)
        if state.composed_remaining == 0:
            raise NoComposedLeft
        most = min(state.composed_remaining, self.policy.composed_per_submission)
        if count > most:
            raise TooManyNumbers(most)
        if state.compose_from and at < state.compose_from:
            raise TooEarly(state.compose_from)

    def charge_composition(self, numbers: Sequence[str], at: datetime) -> "Preselection":
        """After all N numbers were found taken: the count falls by N, and the interval restarts (R-27, R-30)."""
        self.check_compose(len(numbers), at)
        state = replace(
            self.settle(at),
            composed_remaining=self.composed_remaining - len(numbers),
            compose_from=self.policy.compose_interval.after(at),
            last_submission=tuple(Tried(number, Outcome.TAKEN) for number in numbers),
        )
        # If these were the last chances and nothing is held, the preselection ends; the view still shows the reason.
        return replace(_prolong_session(state, at).settle(at), last_submission=state.last_submission)

    def compose(self, numbers: Sequence[str], reservation: Reservation, at: datetime) -> "Preselection":
        """The first free number in the given order is reserved at once, the others are not tried (R-28)."""
        self.check_compose(len(numbers), at)
        won = list(numbers).index(reservation.plate)
        outcomes = [Outcome.TAKEN] * won + [Outcome.ACCEPTED] + [Outcome.NOT_TRIED] * (len(numbers) - won - 1)
        tried = tuple(Tried(number, outcome) for number, outcome in zip(numbers, outcomes, strict=True))
        return replace(_complete(self.settle(at), reservation, at), last_submission=tried)

    # Completed

    def check_withdraw(self, at: datetime) -> None:
        if not self.policy.cancellation:
            raise CancellationNotAllowed
        self._require_stage(Stage.COMPLETED, at)

    def withdraw(self, at: datetime) -> "Preselection":
        """The applicant cancels the reservation, if the office's policy allows it; chances are not restored."""
        self.check_withdraw(at)
        return replace(self.settle(at), stage=Stage.CANCELLED, last_action_at=at)

    def reject(self, at: datetime) -> "Preselection":
        """The desk or an operator ends the reservation without a ban."""
        return replace(self._require_stage(Stage.COMPLETED, at), stage=Stage.CANCELLED, last_action_at=at)

    def register(self, at: datetime) -> "Preselection":
        """The office has confirmed the plate within its validity."""
        return replace(self._require_stage(Stage.COMPLETED, at), stage=Stage.REGISTERED, last_action_at=at)

    def extend_validity(self, visit_by: date, at: datetime) -> "Preselection":
        """The last day moves, because the office was closed or the service was down; it never moves into the past.

        A deadline that passed while the service was down still moves, while nothing has followed from it yet.
        """
        if self.stage is not Stage.COMPLETED or self.reservation is None:
            raise WrongStage(self.settle(at).stage)
        deadline = end_of_day(visit_by)
        if deadline <= at:
            raise ValidationFailed([{"field": "visit_by", "message": "must not be over"}])
        return replace(self, reservation=self.reservation.move_to(visit_by, deadline))

    def release_holds(self, at: datetime) -> "Preselection":
        """Batch and candidates end, because the party was banned or an operator released them (R-41)."""
        return replace(self, batch=None, candidates=None).settle(at)

    def _require_stage(self, stage: Stage, at: datetime) -> "Preselection":
        """Return the settled state. Raises `WrongStage` unless it is at `stage`."""
        state = self.settle(at)
        if state.stage is not stage:
            raise WrongStage(state.stage)
        return state


def _leave_session(state: Preselection) -> Preselection:
    """The state outside the selection session; batch and candidates stay, with their running countdowns."""
    return replace(
        state, stage=Stage.SERVICE_NOTES, identity=None, session_until=None, compose_from=None, last_submission=None
    )


def _prolong_session(state: Preselection, at: datetime) -> Preselection:
    """An accepted act prolongs the session."""
    return replace(state, last_action_at=at, session_until=state.policy.session_idle.after(at))


def _complete(state: Preselection, reservation: Reservation, at: datetime) -> Preselection:
    state = replace(_leave_session(state), stage=Stage.COMPLETED, batch=None, candidates=None)
    return replace(state, reservation=reservation, last_action_at=at)
