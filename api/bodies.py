"""What the calls take: strict, closed shapes. What has a code of its own is judged by the handler, not here."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

MOST_NUMBERS = 1000
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


def _plain(text: str) -> str:
    if any(unicodedata.category(character) in _UNPRINTABLE for character in text):
        raise PydanticCustomError("plain_text", "control characters")
    return text


def _named(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("plain_text", "blank")
    return text.strip()


PUBLISHED_PLAIN = {"pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"}
PUBLISHED_WORDED = {"pattern": "[^ ]"}
PlainText = Annotated[str, Field(max_length=200, json_schema_extra=PUBLISHED_PLAIN), AfterValidator(_plain)]
Name = Annotated[PlainText, Field(json_schema_extra=PUBLISHED_WORDED), AfterValidator(_named)]
Digits = Annotated[str, Field(pattern="^[0-9]{6}$")]
# Any length and any characters: what is no VIN is told by `vin_invalid`, and so on.
Identifier = Annotated[str, Field(max_length=65536)]
Id = Annotated[str, Field(pattern="^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class EntryBody(Body):
    preselection_id: Id | None = None
    new_vehicle: bool = False


class CodeBody(Body):
    purpose: Literal["confirm_information"]


class SellerBody(Body):
    """`id_number` is the identity number of a person or the credit code of an organisation."""

    kind: Literal["person", "organisation"]
    name: Name
    id_number: Identifier


class SubmissionBody(Body):
    office_code: PlainText
    notice_version: PlainText
    certificate_number: Identifier
    vin: Identifier
    seller: SellerBody
    code: Digits


class IdentityBody(Body):
    code: Digits


class CompositionBody(Body):
    """Numbers in order of preference."""

    numbers: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_NUMBERS)]


class DrawBody(Body):
    exclude_four: bool = False
    prefix: PlainText | None = None


class NumberBody(Body):
    number: Identifier
