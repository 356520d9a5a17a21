"""What the desk sends."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.bodies import PUBLISHED_WORDED, Body, Identifier, PlainText
from api.form_fields import EmptyIs
from domain.plates import MalformedPlate, parse_plate
from domain.preselection.values import Stage
from storage.preselections.reservations import MOST


def _worded(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "blank")
    return text.strip()


def _plate(text: str) -> str:
    try:
        return parse_plate(text)
    except MalformedPlate:
        raise PydanticCustomError("plain_text", "no plate") from None


Reason = Annotated[PlainText, Field(json_schema_extra=PUBLISHED_WORDED), AfterValidator(_worded)]
"""Free words; they may not be blank."""

EmptyIsNone = EmptyIs(None)
Cursor = Annotated[PlainText | None, EmptyIsNone]


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class PageQuery(Query):
    limit: Annotated[int, Field(ge=1, le=MOST), EmptyIs(100)] = 100
    cursor: Cursor = None


class ReservationQuery(PageQuery):
    plate: Annotated[Annotated[str, Field(max_length=64), AfterValidator(_plate)] | None, EmptyIsNone] = None
    stage: Annotated[Stage | None, EmptyIsNone] = None


class ReasonBody(Body):
    reason: Reason


class InspectionBody(Body):
    """The token of the voucher's QR code, an address that ends in it, or the short code that is printed beneath."""

    token: Identifier
