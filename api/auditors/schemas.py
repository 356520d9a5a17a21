"""Response schemas of the auditors. Clerks are keyed hashes; the only personal data is a ban's masked holder."""

from datetime import date
from typing import Any

from pydantic import Field

from api.http.schemas import Answer, Instant
from api.operators.appeal_schemas import Decision
from api.operators.office_schemas import PolicyRequestItem
from api.operators.response_schemas import BanItem, WithholdingItem


class BanReleaseList(Answer):
    items: list[BanItem]


class OperatorRequestItem(Answer):
    """A request that waits: `kind` is compose_early or extend_deadlines."""

    id: str
    kind: str
    wanted: dict[str, Any]
    reason: str | None
    requested_at: Instant
    requested_by: str


class DecidedAppealItem(Answer):
    """An appeal with a decision that waits; `reason` is the answer that the person will read."""

    id: str
    entry_id: str = Field(description="The ban.")
    preselection_id: str
    decision: Decision
    reason: str | None
    decided_at: Instant
    decided_by: str


class UnconfirmedAnswer(Answer):
    """Commands that no second operator has confirmed yet."""

    withholdings: list[WithholdingItem]
    ban_releases: list[BanItem]
    policies: list[PolicyRequestItem]
    requests: list[OperatorRequestItem]
    appeals: list[DecidedAppealItem]


class ClerkCountsItem(Answer):
    """One clerk's acts at one office; `inspections` are inspected vouchers."""

    clerk: str
    office_code: str
    confirmations: int
    rejections: int
    inspections: int
    first_at: Instant
    last_at: Instant


class ClerkCountsList(Answer):
    items: list[ClerkCountsItem]


class ClerkActItem(Answer):
    """`action` is register (confirmed) or reject."""

    at: Instant
    clerk: str
    action: str
    office_code: str
    preselection_id: str
    request_id: str | None
    plates: list[str]


class ClerkActList(Answer):
    items: list[ClerkActItem]


class ActItem(Answer):
    """`actor` is an operator's name or a clerk's keyed hash; of kind `temporal` the name that the sender claimed.

    `facts` are what the act changed, or what was looked for.
    """

    at: Instant
    actor_kind: str
    actor: str | None
    action: str
    reason: str | None
    preselection_id: str | None
    request_id: str | None
    plates: list[str]
    facts: dict[str, Any]


class LookCountItem(Answer):
    """The looks of one account on a day; above `limit` there was an alert."""

    day: date
    actor_kind: str
    actor: str
    looks: int
    limit: int


class LookCountList(Answer):
    items: list[LookCountItem]


class ActPage(Answer):
    items: list[ActItem]
    next: str | None
