"""What auditors are answered. Clerks are keyed hashes; nothing is personal but the masked holder of a ban."""

from api.http.schemas import Answer, Instant
from api.operators.response_schemas import BanItem, WithholdingItem


class BanReleaseList(Answer):
    items: list[BanItem]


class UnconfirmedAnswer(Answer):
    """What one operator did and no second one has confirmed yet."""

    withholdings: list[WithholdingItem]
    ban_releases: list[BanItem]


class ClerkCountsItem(Answer):
    """One clerk's acts at one office; `inspections` are vouchers looked up."""

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
