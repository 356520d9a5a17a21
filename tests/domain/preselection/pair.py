"""A preselection and its model: each step is applied to both, and both must agree after it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.calendar import end_of_day, shanghai_day
from domain.durations import Duration
from domain.errors import Refusal
from domain.policy import Policy
from domain.preselection.deadlines import deadlines
from domain.preselection.record import from_record, to_record
from domain.preselection.state import Preselection
from domain.preselection.values import UNFINISHED, Reservation
from tests.domain.preselection.model import Model, Refused, Rules

OPENED = datetime(2026, 11, 23, 2, tzinfo=UTC)
MS = timedelta(milliseconds=1)
COUNTS = {"draws", "composed", "composed_per_submission", "cancellation"}
NEVER_SHOWN = "粤BAB123"


def milliseconds_since_opening(value: Any) -> Any:
    return (value - OPENED) // MS if isinstance(value, datetime) else value


def policy_of(rules: Rules) -> Policy:
    return Policy().with_overrides(
        {name: value if name in COUNTS else str(Duration(time=value * MS)) for name, value in vars(rules).items()}
    )


class Pair:
    """`pick` is any number: it selects one of the current options."""

    def __init__(self, rules: Rules) -> None:
        self.model = Model(rules)
        self.state = Preselection.begin(policy_of(rules), OPENED)
        self.chances = (rules.draws, rules.composed)
        self.shown: list[str] = []
        self.serial = 0

    @property
    def now(self) -> datetime:
        return OPENED + self.model.now * MS

    # Time

    def wait(self, duration: int) -> None:
        self.model.wait_until(self.model.now + duration)

    def wait_for_a_deadline(self, pick: int, offset: int) -> None:
        marks = self.model.marks()
        if marks:
            self.model.wait_until(max(marks[pick % len(marks)] + offset, self.model.now))

    def wait_for_the_interval(self) -> None:
        self.model.wait_until(max(self.model.now, self.model.compose_from or 0))

    def settle(self) -> None:
        self.state = self.state.settle(self.now)

    def store_and_load(self) -> None:
        record = json.loads(json.dumps(to_record(self.state)))
        loaded = from_record(record, self.state.policy)
        assert loaded == self.state
        self.state = loaded

    # Entry

    def enter(self) -> None:
        self._do(self.model.enter, Preselection.enter)

    def start(self) -> None:
        self._do(self.model.start, Preselection.start)

    def send_identity_code(self) -> None:
        self._do(self.model.send_identity_code, Preselection.send_identity_code)

    def confirm_identity(self) -> None:
        self._do(self.model.confirm_identity, Preselection.confirm_identity)

    def verify(self) -> None:
        """All steps to 预选号牌, which random steps would rarely reach."""
        self.enter()
        self.start()
        self.send_identity_code()
        self.wait(self.model.rules.confirm_delay)
        self.confirm_identity()

    # 预选号牌

    def draw(self, size: int) -> None:
        numbers = self._new_numbers(size)
        batch_id = f"batch {self.serial}"
        self._do(lambda: self.model.draw(batch_id, numbers), lambda state, now: state.draw(batch_id, numbers, now))
        if self.model.batch == numbers:
            self.shown += numbers

    def put_aside(self, pick: int) -> None:
        number = self._pick(self.model.batch, pick)
        self._do(lambda: self.model.put_aside(number), lambda state, now: state.put_aside(number, now))

    def confirm(self, pick: int, validity: int) -> None:
        number = self._pick([candidate for candidate, _ in self.model.column], pick)
        reservation = self._reservation(number, validity)
        self._do(
            lambda: self.model.confirm(number, milliseconds_since_opening(reservation.deadline)),
            lambda state, now: state.confirm(reservation, now),
        )

    def charge_composition(self, size: int) -> None:
        numbers = self._new_numbers(size)
        self._do(
            lambda: self.model.compose(numbers, None, 0), lambda state, now: state.charge_composition(numbers, now)
        )

    def compose(self, size: int, pick: int, validity: int) -> None:
        numbers = self._new_numbers(size)
        reservation = self._reservation(numbers[pick % size], validity)
        self._do(
            lambda: self.model.compose(numbers, reservation.plate, milliseconds_since_opening(reservation.deadline)),
            lambda state, now: state.compose(numbers, reservation, now),
        )

    # Completed, and other acts

    def withdraw(self) -> None:
        self._do(self.model.withdraw, Preselection.withdraw)

    def register(self) -> None:
        self._do(self.model.register, Preselection.register)

    def reject(self) -> None:
        self._do(self.model.reject, Preselection.reject)

    def extend_validity(self, days: int) -> None:
        visit_by = shanghai_day(self.now) + timedelta(days=days)
        deadline = milliseconds_since_opening(end_of_day(visit_by))
        self._do(
            lambda: self.model.extend_validity(deadline),
            lambda state, now: state.settle(now).extend_validity(visit_by, now),
        )

    def extend_validity_at_midnight(self, days: int) -> None:
        """The end of a day is a deadline too: at it the day is over."""
        self.model.wait_until(milliseconds_since_opening(end_of_day(shanghai_day(self.now))))
        self.extend_validity(days)

    def release_holds(self) -> None:
        self._do(self.model.release_holds, Preselection.release_holds)

    # Invariants

    def check(self) -> None:
        state = self.state.settle(self.now)
        self._check_state(state)
        self._check_submission_and_plate(state)
        self._check_holds(state)
        self._check_countdowns(state)
        self._check_chances(state)

    def _check_state(self, state: Preselection) -> None:
        model, code = self.model, state.identity
        assert (state.stage.value, state.dormant) == (model.stage, model.dormant)
        assert (code and milliseconds_since_opening(code.confirm_enabled_at)) == model.confirm_from
        assert (code and milliseconds_since_opening(code.resend_at)) == model.resend_from
        assert milliseconds_since_opening(state.compose_from) == model.compose_from
        assert state.settle(self.now) == state

    def _check_submission_and_plate(self, state: Preselection) -> None:
        submission = state.last_submission and [(tried.number, tried.outcome.value) for tried in state.last_submission]
        assert submission == self.model.submission
        assert (state.reservation and state.reservation.plate) == self.model.plate
        assert list(state.shown) == self.shown

    def _check_holds(self, state: Preselection) -> None:
        rules, holds = self.model.rules, state.holds(self.now)
        held = {number: (hold.kind.value, milliseconds_since_opening(hold.until)) for number, hold in holds.items()}
        assert held == self.model.holds()
        # Every hold ends automatically, and none outlives the stages in which it can be used.
        longest = max(rules.batch_ttl, rules.candidate_ttl)
        assert all(self.now < hold.until <= self.now + longest * MS for hold in holds.values())
        assert not holds or (state.stage in UNFINISHED and not state.dormant)
        if "candidates" in self.model.ends:
            assert state.candidates is not None
            assert [(item.number, item.batch_id) for item in state.candidates.items] == self.model.column
            assert len(self.model.column) <= rules.draws

    def _check_countdowns(self, state: Preselection) -> None:
        model = self.model
        begins = {"confirm_delay": model.confirm_from, "compose_interval": model.compose_from}
        begun = {name: begin for name, begin in begins.items() if begin is not None and begin > model.now}
        running = {name.value: milliseconds_since_opening(end) for name, end in deadlines(state, self.now).items()}
        assert running == model.ends | begun

    def _check_chances(self, state: Preselection) -> None:
        chances = (state.draws_remaining, state.composed_remaining)
        assert chances == (self.model.draws, self.model.composed)
        assert all(0 <= now <= before for now, before in zip(chances, self.chances, strict=True))
        self.chances = chances

    # Steps

    def _do(self, ask: Callable[[], None], act: Callable[[Preselection, datetime], Preselection]) -> None:
        """Apply a step to both; if one refuses, so does the other, with the same code and facts."""
        expected = refusal = None
        try:
            ask()
        except Refused as refused:
            expected = (refused.code, refused.facts)
        try:
            self.state = act(self.state, self.now)
        except Refusal as refused:
            facts = {
                name: milliseconds_since_opening(getattr(refused, name)) for name in refused.facts() if name != "errors"
            }
            refusal = (refused.code, facts)
        assert refusal == expected

    def _new_numbers(self, size: int) -> list[str]:
        self.serial += size
        return [f"粤B{self.serial - place:05}" for place in range(size)]

    def _pick(self, numbers: Sequence[str], pick: int) -> str:
        """Mostly one of these; sometimes one that was offered earlier, or one that never was."""
        earlier = self.shown[-1 - pick % len(self.shown)] if self.shown else NEVER_SHOWN
        choices = [*numbers, *numbers, *numbers, earlier, NEVER_SHOWN]
        return choices[pick % len(choices)]

    def _reservation(self, plate: str, validity: int) -> Reservation:
        return Reservation(plate, date(2026, 11, 26), self.now + validity * MS)
