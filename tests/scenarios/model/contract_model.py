"""The contract of ../shared/api.md as a small model: what each call of one vehicle answers, and what it changes.

No countdown ends during a run, so the model has no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

UNFINISHED = ("service_notes", "identity_verification", "plate_selection")
Answer = str
"""`ok`, or the code of the problem."""


@dataclass
class Pool:
    """Who holds a number, over all vehicles: as offered, candidate, reserved, issued or cooling."""

    holders: dict[str, str] = field(default_factory=dict)

    def is_free_for(self, vehicle: str, number: str) -> bool:
        return self.holders.get(number, vehicle) == vehicle


@dataclass
class Vehicle:
    """One preselection. `attempts_left` counts the guesses of the live code, if one was sent."""

    id: str
    pool: Pool
    draws: int
    composed: int
    max_per_submission: int
    code_attempts: int
    stage: str = "service_notes"
    attempts_left: int | None = None
    batch: list[str] = field(default_factory=list)
    asides: dict[int, str] = field(default_factory=dict)
    """The candidate of each batch, by the number of the draw."""

    drawn: int = 0
    shown: set[str] = field(default_factory=set)
    plate: str | None = None
    last_submission: list[tuple[str, str]] | None = None

    @property
    def candidates(self) -> set[str]:
        return set(self.asides.values())

    def enter(self) -> Answer:
        if self.stage in UNFINISHED:
            self.stage, self.attempts_left, self.last_submission = "service_notes", None, None
        return "ok"

    def start(self) -> Answer:
        if self.stage != "service_notes":
            return "wrong_stage"
        self.stage = "identity_verification"
        return "ok"

    def send_code(self) -> Answer:
        if self.stage != "identity_verification":
            return "wrong_stage"
        self.attempts_left = self.code_attempts
        return "ok"

    def confirm_identity(self, *, is_right: bool) -> Answer:
        if self.stage != "identity_verification":
            return "wrong_stage"
        if self.attempts_left is None:
            return "code_not_sent"
        if self.attempts_left == 0:
            return "code_attempts_exceeded"
        if not is_right:
            self.attempts_left -= 1
            return "code_incorrect"
        self.stage, self.attempts_left = "plate_selection", None
        return "ok"

    def draw(self) -> Answer:
        if self.stage != "plate_selection":
            return "wrong_stage"
        return "ok" if self.draws else "no_draws_left"

    def take_batch(self, numbers: Sequence[str]) -> list[str]:
        """After a draw: what is wrong with its numbers."""
        wrong = [number for number in numbers if number in self.shown or number in self.pool.holders]
        self.draws, self.drawn, self.batch = self.draws - 1, self.drawn + 1, list(numbers)
        self.shown.update(numbers)
        self._hold()
        return wrong

    def put_aside(self, number: str) -> Answer:
        if self.stage != "plate_selection":
            return "wrong_stage"
        if number not in self.batch:
            return "not_in_batch"
        self.asides[self.drawn] = number
        self._hold()
        return "ok"

    def confirm(self, number: str) -> Answer:
        if self.stage != "plate_selection":
            return "wrong_stage"
        if number not in self.candidates:
            return "not_a_candidate"
        self._complete(number)
        return "ok"

    def compose(self, numbers: Sequence[str]) -> Answer:
        if self.stage != "plate_selection":
            return "wrong_stage"
        if self.composed == 0:
            return "no_composed_left"
        if len(numbers) > min(self.composed, self.max_per_submission):
            return "too_many_numbers"
        free = [number for number in numbers if self.pool.is_free_for(self.id, number)]
        if free:
            won = numbers.index(free[0])
            outcomes = ["taken"] * won + ["accepted"] + ["not_tried"] * (len(numbers) - won - 1)
            self._complete(free[0])
        else:
            outcomes = ["taken"] * len(numbers)
            self.composed -= len(numbers)
        self.last_submission = list(zip(numbers, outcomes, strict=True))
        return "ok"

    def end_reservation(self, stage: str) -> Answer:
        """The desk confirms (`registered`) or rejects, or the applicant cancels: the number stays away."""
        if self.stage != "completed":
            return "wrong_stage"
        self.stage = stage
        return "ok"

    def _complete(self, plate: str) -> None:
        self.stage, self.plate, self.last_submission = "completed", plate, None
        self.batch, self.asides = [], {}
        self._hold()

    def _hold(self) -> None:
        """Note in the pool what this vehicle holds now."""
        for number in [number for number, holder in self.pool.holders.items() if holder == self.id]:
            del self.pool.holders[number]
        held = {self.plate} if self.plate else {*self.batch, *self.candidates}
        self.pool.holders.update(dict.fromkeys(held, self.id))
