"""What is said to a workflow and what it answers: one dataclass in, one out. No personal value is in any of them.

A `request_id` names one wish of one caller. Whoever repeats a message with the same `request_id` gets the first
answer, and nothing happens twice. A message sent from the command line may leave it out: then every sending is a wish
of its own.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = dict[str, Any]


def vehicle_workflow_id(preselection_id: str) -> str:
    """The workflow that carries this preselection."""
    return f"vehicle-{preselection_id}"


def blacklist_workflow_id(entry_id: str) -> str:
    """The workflow that ends this blacklist entry."""
    return f"blacklist-{entry_id}"


def postponement_workflow_id(operation_id: str) -> str:
    """The workflow that moves the deadlines of this operation."""
    return f"postponement-{operation_id}"


@dataclass(frozen=True)
class Outcome:
    """What became of a request: the revision that it made, or the refusal's code and facts."""

    request_id: str
    revision: int | None = None
    refused: str | None = None
    facts: Record = field(default_factory=dict)


@dataclass(frozen=True)
class VehicleInput:
    """A preselection's run. `state` and what follows are set by continue-as-new only; else `begin` reads the row.

    `undelivered` are the purposes of the SMS that were given up.
    """

    preselection_id: str
    office: str
    policy: Record
    prefixes: list[str] = field(default_factory=list)
    state: Record | None = None
    revision: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Begin:
    """The first message of a run. `code_id` is the code of 确认信息, used up by it; none when a dormant one goes on."""

    code_id: str | None = None
    request_id: str = ""


@dataclass(frozen=True)
class Action:
    """A wish that needs no more words: enter, start, send_identity_code, withdraw."""

    request_id: str = ""


@dataclass(frozen=True)
class ConfirmIdentity:
    """The code that the person typed, as its keyed hash in hexadecimal digits."""

    code_hash: str
    request_id: str = ""


@dataclass(frozen=True)
class Compose:
    """Composed numbers in order of preference, folded and checked against the patterns."""

    numbers: list[str]
    request_id: str = ""


@dataclass(frozen=True)
class Draw:
    """随机一次 / 换一批; without `prefix` over all prefixes of the office."""

    exclude_four: bool = False
    prefix: str | None = None
    request_id: str = ""


@dataclass(frozen=True)
class OneNumber:
    """put_aside and confirm: one number of the live batch or of the live candidates."""

    number: str
    request_id: str = ""


@dataclass(frozen=True)
class DeskAct:
    """register and reject: `clerk` is the clerk's keyed hash; `reason` is kept in the database, not here."""

    clerk: str
    request_id: str = ""


@dataclass(frozen=True)
class OperatorAct:
    """release_holds and cancel; neither word may be blank."""

    operator: str
    reason: str
    request_id: str = ""


@dataclass(frozen=True)
class ExtendValidity:
    """The last day moves to `visit_by` (ISO date, Asia/Shanghai, inclusive)."""

    operator: str
    reason: str
    visit_by: str
    request_id: str = ""


@dataclass(frozen=True)
class Acted:
    """The action has happened, and led to this revision; the row shows it, or something later.

    `changes` make its state out of that of the revision before, as a JSON merge patch (RFC 7396). A repeat that is
    answered from memory has none, nor has a decision that was made on a state the workflow did not know: what these
    have led to stands in the record of decisions.
    """

    revision: int
    changes: Record | None = None


@dataclass(frozen=True)
class BlacklistInput:
    """A ban's run, from its entry's row."""

    entry_id: str
    preselection_id: str
    until: datetime


@dataclass(frozen=True)
class ExtendBan:
    until: datetime


@dataclass(frozen=True)
class ReleaseBan:
    """An operator ends the ban before its time; neither word may be blank."""

    operator: str
    reason: str


@dataclass(frozen=True)
class PostponementInput:
    """Reservations whose last day is one of `days` (ISO dates) move, of one `office` or of all.

    `closed`: the offices are closed on these days, and one that works all the same is passed over; else our own service
    was out. Without `visit_by` each moves to its office's next working day. Neither `operator` nor `reason` may be
    blank.
    """

    operator: str
    reason: str
    days: list[str]
    closed: bool
    office: str | None = None
    visit_by: str | None = None


@dataclass(frozen=True)
class Postponed:
    """How many deadlines each look found and had moved; `left` are those that the last one still found."""

    found: list[int]
    left: int
