"""Response schemas of the auditors. Clerks are keyed hashes; the only personal data is a ban's masked holder."""

from api.http.schemas import Answer, Instant
from api.operators.response_schemas import BanItem, WithholdingItem


class BanReleaseList(Answer):
    items: list[BanItem]


class UnconfirmedAnswer(Answer):
    """Commands that no second operator has confirmed yet."""

    withholdings: list[WithholdingItem]
    ban_releases: list[BanItem]


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
