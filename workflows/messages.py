"""Workflow messages: one dataclass in, one dataclass out. No personal value is in any of them.

A message has ids and what somebody asked for. The deciding activity reads everything else (stage, counts, deadlines,
policy, office, holder) from the row. A `request_id` identifies one request: a repeat with the same id returns the
recorded result. A message from the command line may leave it out; then each message is a new request.

`seal` is a MAC that only the API, the command line and our activities can make. A message without one came through
Temporal itself, and the audit records that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Record = dict[str, Any]

# The names of the workflow types, as Temporal has them.
VEHICLE_WORKFLOW = "Vehicle"
BLACKLIST_WORKFLOW = "Blacklist"
POSTPONEMENT_WORKFLOW = "Postponement"
RESENDING_WORKFLOW = "Resending"
APPEAL_WORKFLOW = "Appeal"


def vehicle_workflow_id(preselection_id: str) -> str:
    """The id of the workflow of this preselection."""
    return f"vehicle-{preselection_id}"


def blacklist_workflow_id(entry_id: str) -> str:
    """The id of the workflow that ends this ban."""
    return f"blacklist-{entry_id}"


def appeal_workflow_id(appeal_id: str) -> str:
    """The id of the workflow that answers this appeal."""
    return f"appeal-{appeal_id}"


def postponement_workflow_id(operation_id: str) -> str:
    """The id of the workflow that moves the deadlines of this operation."""
    return f"postponement-{operation_id}"


def resending_workflow_id(operation_id: str) -> str:
    """The id of the workflow that sends an SMS again."""
    return f"resending-{operation_id}"


@dataclass(frozen=True)
class Outcome:
    """The outcome of a request: the revision that it led to, or the refusal's code and facts."""

    request_id: str
    revision: int | None = None
    refused: str | None = None
    facts: Record | None = None


@dataclass(frozen=True)
class VehicleInput:
    """The preselection of a run. Only continue-as-new sets the other fields, and no decision depends on them.

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
    """随机一次 / 换一批; without `prefix` over all prefixes of the office. `nonce` is the client's, in base64url."""

    exclude_four: bool | None = None
    prefix: str | None = None
    request_id: str = ""
    seal: str | None = None
    nonce: str | None = None


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
    """Any of the messages whose act needs only the row: the input of `records.move`."""

    request_id: str = ""
    seal: str | None = None
    clerk: str | None = None
    operator: str | None = None
    reason: str | None = None
    visit_by: str | None = None


Command = Action | ConfirmIdentity | Compose | Draw | OneNumber | DeskAct | OperatorAct | ExtendValidity | Step


@dataclass(frozen=True)
class ActionResult:
    """The request has led to this revision of the row. Its result is in the row of `decision`."""

    revision: int


@dataclass(frozen=True)
class BlacklistInput:
    """The ban of a run."""

    entry_id: str


@dataclass(frozen=True)
class AppealInput:
    """The appeal of a run."""

    appeal_id: str


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
    """The preselection, the act and the time of a decision.

    `at` is the workflow's time, which the activity compares with its own clock. `first_at` is the time of the first
    attempt, which may have timed out and still have been executed.
    """

    preselection_id: str
    act: str
    at: datetime
    first_at: datetime | None = None


@dataclass(frozen=True)
class DecisionResult:
    """The values of the row that the workflow needs for its timers and for its page in Temporal's UI.

    `timers` maps the name of each countdown to its end, and `changes_at` is the next instant at which the row changes
    without an act, both in milliseconds since 1970: a history has a result for each decision, so each is short.
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
