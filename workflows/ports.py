"""The signatures of the activities that workflows call; `activities/` implements them, one class per subject.

All but the notifications run as local activities. A deciding activity reads the row, asks the domain, and commits under
the row's revision. A refusal is an ApplicationError whose type is the refusal's code; nothing has changed then. An
activity that does not find its row fails with the retryable type `row_missing`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from temporalio import activity

from workflows.messages import (
    Action,
    Compose,
    ConfirmIdentity,
    DecisionInput,
    DecisionResult,
    Draw,
    OneNumber,
    PostponementInput,
    ReleaseBan,
    Step,
)


@dataclass(frozen=True)
class BanInput:
    """The preselection whose deadline was missed."""

    preselection_id: str
    at: datetime


@dataclass(frozen=True)
class BanResult:
    """The party's ban, and the party's other unfinished preselections."""

    entry_id: str
    office: str
    others: list[str]


@dataclass(frozen=True)
class ReleaseInput:
    """A ban that is released if it is over, or if `command` is an operator's with a valid seal."""

    entry_id: str
    at: datetime
    command: ReleaseBan | None = None


@dataclass(frozen=True)
class ReleaseResult:
    """`until` is set while the ban continues."""

    preselection_id: str
    until: datetime | None = None


@dataclass(frozen=True)
class SettleAppealInput:
    """An appeal that is late if its deadline has passed at `at`."""

    appeal_id: str
    at: datetime


@dataclass(frozen=True)
class AppealResult:
    """The row of an appeal; `entry_id` is its ban, `state` is open, granted or refused."""

    preselection_id: str
    entry_id: str
    state: str
    decide_by: datetime
    is_late: bool


@dataclass(frozen=True)
class SmsInput:
    """A notification about a preselection; `purpose` names the template. The row shows whether it is still true.

    `entry_id` is the ban or the appeal that it is about.
    """

    preselection_id: str
    purpose: str
    at: datetime
    entry_id: str | None = None


@dataclass(frozen=True)
class PostponePageInput:
    """A page of the reservations of a deadline extension; `after` is the last one of the previous page."""

    operation_id: str
    given: PostponementInput
    at: datetime
    after: str | None = None


@dataclass(frozen=True)
class PostponedPage:
    """`found` had to move and were signalled; `unreached` of them had to be started. `last` is None at the end."""

    found: int
    unreached: int
    last: str | None = None


class Records(Protocol):
    @activity.defn(name="records.open")
    async def open(self, given: DecisionInput, command: Action) -> DecisionResult:
        """Start a submitted preselection. Raises vehicle_in_use, vehicle_exhausted, code_not_sent."""
        ...

    @activity.defn(name="records.move")
    async def move(self, given: DecisionInput, command: Step) -> DecisionResult:
        """Commit a step of the domain that needs no other facts. Raises the domain's refusals."""
        ...

    @activity.defn(name="records.settle")
    async def settle(self, given: DecisionInput) -> DecisionResult:
        """Read the row, and commit expiries and bans."""
        ...


class Plates(Protocol):
    @activity.defn(name="plates.draw")
    async def draw(self, given: DecisionInput, command: Draw) -> DecisionResult:
        """Draw a batch. Raises numbers_unavailable, blacklisted, unavailable and the domain's refusals."""
        ...

    @activity.defn(name="plates.compose")
    async def compose(self, given: DecisionInput, command: Compose) -> DecisionResult:
        """Reserve the first free number, or charge them all. Raises blacklisted and the domain's refusals."""
        ...

    @activity.defn(name="plates.put_aside")
    async def put_aside(self, given: DecisionInput, command: OneNumber) -> DecisionResult:
        """Make a number of the live batch its candidate. Raises blacklisted and the domain's refusals."""
        ...

    @activity.defn(name="plates.reserve")
    async def reserve(self, given: DecisionInput, command: OneNumber) -> DecisionResult:
        """Reserve a candidate. Raises blacklisted and the domain's refusals."""
        ...


class Identity(Protocol):
    @activity.defn(name="people.prove_identity")
    async def confirm(self, given: DecisionInput, command: ConfirmIdentity) -> DecisionResult:
        """Check the typed code. Raises code_incorrect, code_expired, code_attempts_exceeded."""
        ...

    @activity.defn(name="texts.send_identity_code")
    async def send_code(self, given: DecisionInput, command: Action) -> DecisionResult:
        """Make and send the second code. Raises rate_limited, unavailable (sms)."""
        ...


class Bans(Protocol):
    @activity.defn(name="people.bar")
    async def ban(self, given: BanInput) -> BanResult:
        """Ban the party of a row whose deadline was missed, or extend its ban (R-41)."""
        ...

    @activity.defn(name="people.lift_ban")
    async def release(self, given: ReleaseInput) -> ReleaseResult:
        """Release a ban that is over by the activity's clock, or one that an operator releases."""
        ...


class Appeals(Protocol):
    @activity.defn(name="appeals.settle")
    async def settle(self, given: SettleAppealInput) -> AppealResult:
        """Read the row, and record that its answer is late."""
        ...


class Notifications(Protocol):
    @activity.defn(name="texts.send")
    async def send(self, given: SmsInput) -> None:
        """Send an SMS from its template, once for each event."""
        ...


class Deadlines(Protocol):
    @activity.defn(name="deadlines.postpone")
    async def postpone(self, page: PostponePageInput) -> PostponedPage:
        """Signal the vehicles of a page that their last day moves. A repeat changes nothing."""
        ...
