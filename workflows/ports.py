"""The signatures of the activities that workflows call; `activities/` implements them, one class per collaborator.

`records`, `plates` and `people` decide in the database and run as local activities; `texts` reaches other people's
systems and runs as a normal one. A refusal is raised as an ApplicationError whose type is the refusal's code; nothing
was changed then.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from temporalio import activity

from workflows.messages import PostponementInput, Record


@dataclass(frozen=True)
class Order:
    """The state that a decision starts from, and the moment at which it is made.

    `asked_at` is the moment of the first attempt, where a part was down and there were several.
    """

    preselection_id: str
    request_id: str
    at: datetime
    policy: Record
    revision: int = 0
    state: Record | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Decided:
    """What the decision has made of the order's state, as a JSON merge patch (RFC 7396), and the row's revision then.

    A history keeps every answer, so none repeats what the workflow knows.
    """

    changes: Record
    revision: int


@dataclass(frozen=True)
class OpenOrder:
    order: Order
    code_id: str | None = None


@dataclass(frozen=True)
class MoveOrder:
    """A step that needs no fact from outside: the name of a transition of the domain.

    `clerk` is who intervened where it was not the applicant, and `reason` why; both are kept with the decision.
    """

    order: Order
    move: str
    visit_by: str | None = None
    clerk: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class DrawOrder:
    """`prefixes` are those to draw from: the one that was asked for, or all of the office."""

    order: Order
    prefixes: list[str]
    exclude_four: bool = False


@dataclass(frozen=True)
class ComposeOrder:
    order: Order
    office: str
    numbers: list[str]


@dataclass(frozen=True)
class NumberOrder:
    order: Order
    office: str
    number: str


@dataclass(frozen=True)
class IdentityOrder:
    order: Order
    code_hash: str = ""


@dataclass(frozen=True)
class BarOrder:
    """The party of this preselection missed the deadline at which the ban begins."""

    preselection_id: str
    begins: datetime
    policy: Record


@dataclass(frozen=True)
class Barred:
    """The party's entry; `extended` if it already ran. `others` are the party's other unfinished preselections."""

    entry_id: str
    until: datetime
    extended: bool
    others: list[str]


@dataclass(frozen=True)
class LiftOrder:
    entry_id: str
    at: datetime
    operator: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Lifted:
    """`until` is set when the entry was extended meanwhile, so that the ban goes on."""

    until: datetime | None = None


@dataclass(frozen=True)
class TextOrder:
    """An SMS about a preselection; `purpose` names the template, `key` makes it go out once. `until` ends a ban."""

    preselection_id: str
    purpose: str
    key: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class PostponeOrder:
    """A page of the reservations that a postponement is about; `after` is the last one of the page before.

    `operation_id` names the whole postponement: the same wish sent to the same vehicle again acts once.
    """

    operation_id: str
    given: PostponementInput
    at: datetime
    after: str | None = None


@dataclass(frozen=True)
class PostponedPage:
    """`found` had to move and were told to; `unreached` of them have no workflow. `last` is None at the end."""

    found: int
    unreached: int
    last: str | None = None


class Deadlines(Protocol):
    @activity.defn(name="deadlines.postpone")
    async def postpone(self, order: PostponeOrder) -> PostponedPage:
        """Tell the vehicles of a page that their last day moves. Telling them again changes nothing."""
        ...


class Records(Protocol):
    @activity.defn(name="records.open")
    async def open(self, order: OpenOrder) -> Decided:
        """Bring a submitted or a dormant preselection to life. Raises vehicle_in_use, vehicle_exhausted."""
        ...

    @activity.defn(name="records.move")
    async def move(self, order: MoveOrder) -> Decided:
        """Store a step of the domain with what it does to the claims. Raises the domain's refusals."""
        ...


class Plates(Protocol):
    @activity.defn(name="plates.draw")
    async def draw(self, order: DrawOrder) -> Decided:
        """Draw a batch. Raises numbers_unavailable, blacklisted, unavailable and the domain's refusals."""
        ...

    @activity.defn(name="plates.compose")
    async def compose(self, order: ComposeOrder) -> Decided:
        """Reserve the first free number, or charge them all. Raises blacklisted and the domain's refusals."""
        ...

    @activity.defn(name="plates.put_aside")
    async def put_aside(self, order: NumberOrder) -> Decided:
        """Make a number of the live batch its candidate. Raises blacklisted and the domain's refusals."""
        ...

    @activity.defn(name="plates.reserve")
    async def reserve(self, order: NumberOrder) -> Decided:
        """Reserve a candidate. Raises blacklisted and the domain's refusals."""
        ...


class People(Protocol):
    @activity.defn(name="people.prove_identity")
    async def prove_identity(self, order: IdentityOrder) -> Decided:
        """Check the typed code. Raises code_incorrect, code_expired, code_attempts_exceeded."""
        ...

    @activity.defn(name="people.bar")
    async def bar(self, order: BarOrder) -> Barred:
        """Enter the party in the blacklist, or extend its entry (R-41)."""
        ...

    @activity.defn(name="people.lift_ban")
    async def lift_ban(self, order: LiftOrder) -> Lifted:
        """Release an entry whose time is over, or whose release an operator ordered."""
        ...


class Texts(Protocol):
    @activity.defn(name="texts.send_identity_code")
    async def send_identity_code(self, order: IdentityOrder) -> Decided:
        """Make and send the second code. Raises rate_limited, unavailable (sms)."""
        ...

    @activity.defn(name="texts.send")
    async def send(self, order: TextOrder) -> None:
        """Send an SMS from its template, once for each key."""
        ...
