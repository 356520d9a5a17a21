"""A model of a preselection: as simple as possible, and independent of the domain.

Time is whole milliseconds since the opening. The domain computes what has expired when it is called; this model
processes every countdown in order, one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NOTES, IDENTITY, SELECTION = "service_notes", "identity_verification", "plate_selection"
COMPLETED, REGISTERED, CANCELLED = "completed", "registered", "cancelled"
OVERDUE, EXHAUSTED = "overdue", "exhausted"


class Refused(Exception):
    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Rules:
    """A policy in plain numbers; durations in milliseconds."""

    draws: int
    composed: int
    composed_per_submission: int
    batch_ttl: int
    candidate_ttl: int
    candidate_ttl_cap: int
    compose_interval: int
    confirm_delay: int
    code_resend: int
    session_idle: int
    unfinished_idle: int
    cancellation: bool


class Model:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.now = 0
        self.stage = NOTES
        self.draws = rules.draws
        self.composed = rules.composed
        self.dormant = False
        self.confirm_from: int | None = None
        self.resend_from: int | None = None
        self.compose_from: int | None = None
        self.batch_id = ""
        self.batch: list[str] = []
        self.column: list[tuple[str, str]] = []
        self.column_since = 0
        self.submission: list[tuple[str, str]] | None = None
        self.plate: str | None = None
        # The running countdowns, each with its end.
        self.ends = {"unfinished_idle": rules.unfinished_idle}

    # Time

    def wait_until(self, instant: int) -> None:
        while self.ends and min(self.ends.values()) <= instant:
            self.now = min(self.ends.values())
            over = [name for name, end in self.ends.items() if end == self.now]
            for name in over:
                del self.ends[name]
            if "validity" in over:
                self.stage = OVERDUE
            if "session" in over:
                self._back_to_notes()
            if "unfinished_idle" in over:
                self._back_to_notes()
                self._drop_holds()
                self.dormant = True
            self._exhaust_without_chances()
        self.now = instant

    def marks(self) -> list[int]:
        """The coming instants at which something starts or ends."""
        begins = (self.confirm_from, self.resend_from, self.compose_from)
        return sorted({*self.ends.values(), *(mark for mark in begins if mark is not None and mark >= self.now)})

    def holds(self) -> dict[str, tuple[str, int]]:
        batch_end, column_end = self.ends.get("batch", 0), self.ends.get("candidates", 0)
        held = dict.fromkeys(self.batch, ("offered", batch_end)) if batch_end else {}
        for number, _ in self.column if column_end else ():
            held[number] = ("candidate", max(column_end, batch_end) if number in held else column_end)
        return held

    # Actions of the applicant

    def enter(self) -> None:
        if self._is_unfinished():
            self._back_to_notes()
            self.dormant = False
            self._restart_idle_time()

    def start(self) -> None:
        self._must_be_at(NOTES)
        self.stage = IDENTITY
        self.dormant = False
        self._restart_idle_time()

    def send_identity_code(self) -> None:
        self._must_be_at(IDENTITY)
        if self.resend_from is not None and self.now < self.resend_from:
            raise Refused("rate_limited", retry_at=self.resend_from)
        self.confirm_from = self.now + self.rules.confirm_delay
        self.resend_from = self.now + self.rules.code_resend
        self._restart_idle_time()

    def confirm_identity(self) -> None:
        self._must_be_at(IDENTITY)
        if self.confirm_from is None:
            raise Refused("code_not_sent")
        if self.now < self.confirm_from:
            raise Refused("too_early", retry_at=self.confirm_from)
        self.stage = SELECTION
        self.confirm_from = self.resend_from = None
        self.compose_from = self.now + self.rules.compose_interval
        self._restart_idle_time()

    def draw(self, batch_id: str, numbers: Sequence[str]) -> None:
        self._must_be_at(SELECTION)
        if self.draws == 0:
            raise Refused("no_draws_left")
        if not numbers:
            raise Refused("numbers_unavailable")
        self.draws -= 1
        self.batch_id, self.batch = batch_id, list(numbers)
        self.ends["batch"] = self.now + self.rules.batch_ttl
        self._restart_idle_time()

    def put_aside(self, number: str) -> None:
        self._must_be_at(SELECTION)
        if number not in self.batch:
            raise Refused("not_in_batch")
        if "batch" not in self.ends:
            raise Refused("batch_expired")
        if "candidates" not in self.ends:
            self.column, self.column_since = [], self.now
        if (number, self.batch_id) in self.column:
            return
        self.column = [item for item in self.column if item[1] != self.batch_id]
        self.column.append((number, self.batch_id))
        cap = self.column_since + self.rules.candidate_ttl_cap
        self.ends["candidates"] = min(self.now + self.rules.candidate_ttl, cap)
        self._restart_idle_time()

    def confirm(self, number: str, deadline: int) -> None:
        self._must_be_at(SELECTION)
        if number not in [candidate for candidate, _ in self.column]:
            raise Refused("not_a_candidate")
        if "candidates" not in self.ends:
            raise Refused("candidate_expired")
        self._reserve(number, deadline)

    def compose(self, numbers: Sequence[str], free: str | None, deadline: int) -> None:
        self._must_be_at(SELECTION)
        if self.composed == 0:
            raise Refused("no_composed_left")
        most = min(self.composed, self.rules.composed_per_submission)
        if len(numbers) > most:
            raise Refused("too_many_numbers", max=most)
        if self.compose_from is not None and self.now < self.compose_from:
            raise Refused("too_early", retry_at=self.compose_from)
        if free is not None:
            won = numbers.index(free)
            self._reserve(free, deadline)
            self.submission = [
                (number, "taken" if place < won else "not_tried" if place > won else "accepted")
                for place, number in enumerate(numbers)
            ]
            return
        self.composed -= len(numbers)
        self.compose_from = self.now + self.rules.compose_interval
        self._restart_idle_time()
        self._exhaust_without_chances()
        self.submission = [(number, "taken") for number in numbers]

    def withdraw(self) -> None:
        if not self.rules.cancellation:
            raise Refused("cancellation_not_allowed")
        self._end_reservation(CANCELLED)

    # Actions of others

    def register(self) -> None:
        self._end_reservation(REGISTERED)

    def reject(self) -> None:
        self._end_reservation(CANCELLED)

    def extend_validity(self, deadline: int) -> None:
        self._must_be_at(COMPLETED)
        if deadline <= self.now:
            raise Refused("validation_failed")
        self.ends["validity"] = deadline

    def release_holds(self) -> None:
        self._drop_holds()
        self._exhaust_without_chances()

    # Internal steps

    def _is_unfinished(self) -> bool:
        return self.stage in (NOTES, IDENTITY, SELECTION)

    def _must_be_at(self, stage: str) -> None:
        if self.stage != stage:
            raise Refused("wrong_stage", stage=self.stage)

    def _restart_idle_time(self) -> None:
        self.ends["unfinished_idle"] = self.now + self.rules.unfinished_idle
        if self.stage == SELECTION:
            self.ends["session"] = self.now + self.rules.session_idle

    def _back_to_notes(self) -> None:
        self.stage = NOTES
        self.confirm_from = self.resend_from = self.compose_from = None
        self.submission = None
        self.ends.pop("session", None)

    def _drop_holds(self) -> None:
        self.batch, self.column = [], []
        self.ends.pop("batch", None)
        self.ends.pop("candidates", None)

    def _exhaust_without_chances(self) -> None:
        used_up = self.draws == 0 and self.composed == 0 and not self.holds()
        if used_up and self._is_unfinished():
            self._back_to_notes()
            self.stage = EXHAUSTED
            self.dormant = False
            self.ends.clear()

    def _reserve(self, number: str, deadline: int) -> None:
        self._back_to_notes()
        self._drop_holds()
        self.stage = COMPLETED
        self.plate = number
        self.ends = {"validity": deadline}

    def _end_reservation(self, stage: str) -> None:
        self._must_be_at(COMPLETED)
        self.stage = stage
        self.ends.clear()
