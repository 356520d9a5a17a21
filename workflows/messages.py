"""Workflow messages: one dataclass in, one dataclass out. No personal value is in any of them.

A message carries ids and what somebody asked for. What the row knows (stage, counts, deadlines, policy, office, holder)
is read from the row by the activity that decides. A `request_id` identifies one request: a repeat with the same id
returns the recorded result. A message from the command line may leave it out; then each message is a new request.

`seal` is a MAC that only the API, the command line and our own activities can make. A message without one came through
Temporal itself, and the audit says so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Record = dict[str, Any]


def vehicle_workflow_id(preselection_id: str) -> str:
    """The id of the workflow of this preselection."""
    return f"vehicle-{preselection_id}"


def blacklist_workflow_id(entry_id: str) -> str:
    """The id of the workflow that ends this ban."""
    return f"blacklist-{entry_id}"


def postponement_workflow_id(operation_id: str) -> str:
    """The id of the workflow that moves the deadlines of this operation."""
    return f"postponement-{operation_id}"


@dataclass(frozen=True)
class Outcome:
    """The outcome of a request: the revision that it led to, or the refusal's code and facts."""

    request_id: str
    revision: int | None = None
    refused: str | None = None
    facts: Record | None = None


@dataclass(frozen=True)
class VehicleInput:
    """The preselection of a run. The other fields are set by continue-as-new only, and nothing is decided by them.

    `outcomes` answers the query of the same name; `undelivered` lists the purposes of the SMS that were given up.
    """

    preselection_id: str
    outcomes: list[Outcome] | None = None
    undelivered: list[str] | None = None


@dataclass(frozen=True)
class Action:
    """A request without parameters: begin, enter, start, send_identity_code, withdraw."""

    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class ConfirmIdentity:
    """The typed code as its keyed hash, in hexadecimal digits."""

    code_hash: str
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class Compose:
    """Composed numbers in order of preference, in capitals."""

    numbers: list[str]
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class Draw:
    """随机一次 / 换一批; without `prefix` over all prefixes of the office."""

    exclude_four: bool | None = None
    prefix: str | None = None
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class OneNumber:
    """put_aside and confirm: one number of the live batch or of the live candidates."""

    number: str
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class DeskAct:
    """register and reject, only with a seal. `clerk` is the clerk's keyed hash; the reason is kept in the database."""

    clerk: str
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class OperatorAct:
    """release_holds and cancel; neither `operator` nor `reason` may be blank."""

    operator: str
    reason: str
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class ExtendValidity:
    """The last day moves to `visit_by` (ISO date, Asia/Shanghai, inclusive)."""

    operator: str
    reason: str
    visit_by: str
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class Step:
    """Any of the messages whose act needs no other facts than the row: what `records.move` gets."""

    request_id: str = ""
    seal: str | None = None
    clerk: str | None = None
    operator: str | None = None
    reason: str | None = None
    visit_by: str | None = None


Command = Action | ConfirmIdentity | Compose | Draw | OneNumber | DeskAct | OperatorAct | ExtendValidity | Step


@dataclass(frozen=True)
class Acted:
    """The request has led to this revision of the row. Its result stands in the row of `decision`."""

    revision: int


@dataclass(frozen=True)
class BlacklistInput:
    """The ban of a run."""

    entry_id: str


@dataclass(frozen=True)
class ReleaseBan:
    """An operator ends the ban early, only with a seal; neither `operator` nor `reason` may be blank."""

    operator: str
    reason: str
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class PostponementInput:
    """Reservations whose last day is one of `days` (ISO dates) move, of one `office` or of all; only with a seal.

    `closed`: the offices are closed on these days, and an office that is open is skipped; else the service was down.
    Without `visit_by` each deadline moves to its office's next working day.
    """

    operator: str
    reason: str
    days: list[str]
    closed: bool
    office: str | None = None
    visit_by: str | None = None
    request_id: str = ""
    seal: str | None = None


@dataclass(frozen=True)
class Postponed:
    """How many deadlines each pass found and moved; `left` is what the last pass still found."""

    found: list[int]
    left: int


@dataclass(frozen=True)
class DecisionInput:
    """Which preselection an activity decides on, for which request, and when.

    `at` is the workflow's time, which the activity compares with its own clock. `first_at` is the time of the first
    attempt, where an earlier one was given up and may have been carried out.
    """

    preselection_id: str
    act: str
    at: datetime
    first_at: datetime | None = None


@dataclass(frozen=True)
class DecisionResult:
    """What the workflow needs of the row after a decision: for its timers and for its page in Temporal's UI.

    `timers` maps the name of each countdown to its end, and `changes_at` is when time alone changes the row next, both
    in milliseconds since 1970: every history holds a result for each decision, so each is short.
    `answered` is the revision that a repeated request led to when it was decided.
    """

    revision: int
    stage: str
    draws: int
    composed: int
    timers: dict[str, int]
    changes_at: int | None = None
    is_dormant: bool | None = None
    plate: str | None = None
    visit_by: str | None = None
    answered: int | None = None
    batch: list[str] | None = None
    candidates: list[str] | None = None
