"""The values of a preselection: frozen, each with the instant at which it ends."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.errors import NoDrawsLeft, TooEarly
from domain.policy import Policy


class Stage(StrEnum):
    """The stage of a preselection (api.md, "The view of a preselection")."""

    SERVICE_NOTES = "service_notes"
    IDENTITY_VERIFICATION = "identity_verification"
    PLATE_SELECTION = "plate_selection"
    COMPLETED = "completed"
    REGISTERED = "registered"
    EXHAUSTED = "exhausted"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"


UNFINISHED = (Stage.SERVICE_NOTES, Stage.IDENTITY_VERIFICATION, Stage.PLATE_SELECTION)
"""The stages before a plate is reserved, in which chances can still be used."""

RUNNING = (*UNFINISHED, Stage.COMPLETED)
"""The stages in which something can still happen, unless the preselection is dormant: its workflow runs."""


class Outcome(StrEnum):
    """The outcome of one composed number."""

    ACCEPTED = "accepted"
    TAKEN = "taken"
    NOT_TRIED = "not_tried"


class HoldKind(StrEnum):
    """Why a number is held for a vehicle without a reservation."""

    OFFERED = "offered"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class Hold:
    """A number's hold: no other vehicle is offered it before `until`."""

    kind: HoldKind
    until: datetime


@dataclass(frozen=True)
class IdentityCode:
    """The second SMS code: when it can be confirmed, sent again, and when it expires (R-16, R-17)."""

    confirm_enabled_at: datetime
    resend_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class DrawProof:
    """What a draw followed from, besides the day's secret; `nonce_by` is `client` or `server`."""

    draw_id: str
    day: str
    nonce: str
    nonce_by: str


@dataclass(frozen=True)
class Batch:
    """The numbers of one draw and the end of their countdown (R-32, R-33, R-35)."""

    id: str
    numbers: tuple[str, ...]
    expires_at: datetime
    proof: DrawProof | None = None
    """None for a batch that was drawn before draws were verifiable."""

    def is_live(self, at: datetime) -> bool:
        return at < self.expires_at


def check_chance_to_draw(left: int, batch: Batch | None, policy: Policy, at: datetime) -> None:
    """Raises `NoDrawsLeft`, and `TooEarly` where the office wants a pause after a draw; R-23 asks for none."""
    if left == 0:
        raise NoDrawsLeft
    if batch and at < (next_at := policy.draw_interval.after(batch.expires_at - policy.batch_ttl.timedelta())):
        raise TooEarly(next_at)


@dataclass(frozen=True)
class Candidate:
    """A candidate, and the batch that it comes from: at most one candidate per batch (R-37)."""

    number: str
    batch_id: str


@dataclass(frozen=True)
class Candidates:
    """The 备选 column: one countdown for all candidates, restarted by each addition up to a cap (R-38)."""

    items: tuple[Candidate, ...]
    first_at: datetime
    expires_at: datetime

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(item.number for item in self.items)

    def is_live(self, at: datetime) -> bool:
        return at < self.expires_at

    def from_batch(self, batch_id: str) -> str | None:
        """The candidate of this batch, if there is one."""
        return next((item.number for item in self.items if item.batch_id == batch_id), None)


def add_candidate(column: Candidates | None, candidate: Candidate, policy: Policy, at: datetime) -> Candidates:
    """The live candidates with this one in place of its batch's earlier one; the countdown restarts."""
    others = tuple(item for item in column.items if item.batch_id != candidate.batch_id) if column else ()
    first_at = column.first_at if column else at
    expires_at = min(policy.candidate_ttl.after(at), policy.candidate_ttl_cap.after(first_at))
    return Candidates((*others, candidate), first_at, expires_at)


@dataclass(frozen=True)
class Tried:
    """One number of a submission and its outcome (R-26, R-27)."""

    number: str
    outcome: Outcome


@dataclass(frozen=True)
class Reservation:
    """The plate, the last day on which the office can be visited, and the instant at which it ends (R-40)."""

    plate: str
    visit_by: date
    deadline: datetime
    is_moved: bool = False
    """Whether the last day has moved since the reservation."""

    def move_to(self, visit_by: date, deadline: datetime) -> "Reservation":
        is_moved = self.is_moved or deadline != self.deadline
        return Reservation(self.plate, visit_by, deadline, is_moved)
