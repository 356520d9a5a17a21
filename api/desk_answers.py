"""What the desk is answered."""

from datetime import date

from api.answers import Answer, Instant
from domain.preselection.values import Stage


class ReservationItem(Answer):
    """A reservation as a clerk sees it; `holder` is masked."""

    id: str
    plate: str
    stage: Stage
    visit_by: date
    holder: str


class ReservationPage(Answer):
    """`next` is the cursor of the next page, or null."""

    items: list[ReservationItem]
    next: str | None


class VoucherInspection(ReservationItem):
    """`valid`: the plate is reserved for the holder, or issued to them already.

    `inspected_before`: when this voucher was last looked up before now, at whichever counter; null the first time.
    """

    valid: bool
    inspected_before: Instant | None
