"""Request and response schemas of the desk."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.http.schemas import Answer, Body, EmptyIsNone, Identifier, Instant, PageQuery, Reason
from domain.plates import MalformedPlate, parse_plate
from domain.preselection.values import Stage


def _plate(text: str) -> str:
    try:
        return parse_plate(text)
    except MalformedPlate:
        raise PydanticCustomError("plain_text", "no plate") from None


class ReservationQuery(PageQuery):
    plate: Annotated[Annotated[str, Field(max_length=64), AfterValidator(_plate)] | None, EmptyIsNone] = None
    stage: Annotated[Stage | None, EmptyIsNone] = None


class ReasonBody(Body):
    reason: Reason


class InspectionBody(Body):
    """The token of the voucher's QR code, a URL that ends in it, or the short code that is printed below."""

    token: Identifier


class RejectionReason(Answer):
    code: str
    text: str


class RejectionReasons(Answer):
    items: list[RejectionReason]


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

    `inspected_before`: the time of this voucher's previous inspection, at any counter; null the first time.
    """

    valid: bool
    inspected_before: Instant | None
