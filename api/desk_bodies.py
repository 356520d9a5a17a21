"""What the desk sends."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.bodies import Body, Identifier, PlainText
from domain.plates import MalformedPlate, parse_plate
from domain.preselection_parts import Stage
from storage.reservations import MOST


def _worded(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "blank")
    return text.strip()


def _plate(text: str) -> str:
    try:
        return parse_plate(text)
    except MalformedPlate:
        raise PydanticCustomError("plain_text", "no plate") from None


def _or_none(value: object) -> object:
    """A field of a search form that was left empty is sent all the same."""
    return None if value == "" else value


Reason = Annotated[PlainText, AfterValidator(_worded)]
"""Free words; they may not be blank."""

EmptyIsNone = BeforeValidator(_or_none)
Cursor = Annotated[PlainText | None, EmptyIsNone]


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class PageQuery(Query):
    limit: Annotated[int, Field(ge=1, le=MOST), BeforeValidator(lambda value: 100 if value == "" else value)] = 100
    cursor: Cursor = None


class ReservationQuery(PageQuery):
    plate: Annotated[Annotated[str, Field(max_length=64), AfterValidator(_plate)] | None, EmptyIsNone] = None
    stage: Annotated[Stage | None, EmptyIsNone] = None


class ReasonBody(Body):
    reason: Reason


class InspectionBody(Body):
    """The token of the voucher's QR code, an address that ends in it, or the short code that is printed beneath."""

    token: Identifier
