"""Response schemas of the auditors. Clerks are keyed hashes; the only personal data is a ban's masked holder."""

from typing import Any

from api.http.schemas import Answer, Instant
from api.operators.office_schemas import PolicyRequestItem
from api.operators.response_schemas import BanItem, WithholdingItem


class BanReleaseList(Answer):
    items: list[BanItem]


class UnconfirmedAnswer(Answer):
    """Commands that no second operator has confirmed yet."""

    withholdings: list[WithholdingItem]
    ban_releases: list[BanItem]
    policies: list[PolicyRequestItem]


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


class TemporalActItem(Answer):
    """`actor` is the name that the sender claimed, and `facts` are what the act changed."""

    at: Instant
    actor_kind: str
    actor: str | None
    action: str
    reason: str | None
    preselection_id: str | None
    request_id: str | None
    plates: list[str]
    facts: dict[str, Any]


class TemporalActPage(Answer):
    items: list[TemporalActItem]
    next: str | None
