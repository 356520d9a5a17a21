"""Request and response schemas of the desk."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.http.schemas import Answer, Body, Day, EmptyIsNone, Identifier, Instant, PageQuery, Query, Reason
from domain.ascii_folding import fold_capitals
from domain.plates import SERIAL_LENGTH, MalformedPlate, parse_plate
from domain.preselection.values import Stage

_ANY_PREFIX = "粤B"
LONGEST_TAIL = 8
"""A whole VIN must not be in a URL."""
_VIN_TAIL = re.compile(f"[A-HJ-NPR-Z0-9]{{1,{LONGEST_TAIL}}}", re.ASCII)


def _plate(text: str) -> str:
    try:
        return parse_plate(text) if len(text) > SERIAL_LENGTH else parse_plate(_ANY_PREFIX + text)[len(_ANY_PREFIX) :]
    except MalformedPlate:
        raise PydanticCustomError("plain_text", "no plate") from None


def _vin_tail(text: str) -> str:
    folded = fold_capitals(text)
    if not _VIN_TAIL.fullmatch(folded):
        raise PydanticCustomError("plain_text", "no end of a VIN")
    return folded


class ReservationQuery(PageQuery):
    """`plate` with or without its prefix; `vin_tail` up to eight last characters of the VIN; `due` the last day."""

    plate: Annotated[Annotated[str, Field(max_length=64), AfterValidator(_plate)] | None, EmptyIsNone] = None
    stage: Annotated[Stage | None, EmptyIsNone] = None
    vin_tail: Annotated[
        Annotated[str, Field(max_length=LONGEST_TAIL), AfterValidator(_vin_tail)] | None, EmptyIsNone
    ] = None
    due: Annotated[Day | None, EmptyIsNone] = None


class CountersQuery(Query):
    """A day in Shanghai; by default today."""

    day: Annotated[Day | None, EmptyIsNone] = None


class DeskCountersAnswer(Answer):
    """`expected`: all whose last day it is, whatever became of them; the others are acts of this day."""

    day: date
    expected: int
    confirmed: int
    rejected: int
    missed: int


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
    """A reservation as a clerk sees it; `holder` is masked. The tails are the last six characters of each."""

    id: str
    plate: str
    stage: Stage
    visit_by: date
    holder: str
    vin_tail: str
    certificate_tail: str


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
