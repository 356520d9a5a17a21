"""Types that the request and response schemas of all packages share."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.http.form_fields import EmptyIs
from domain.instants import format_instant
from domain.visible_text import visible_text
from storage.preselections.reservations import MOST

Instant = Annotated[
    datetime,
    PlainSerializer(format_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T02:10:00.000Z"]}),
]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProblemDetails(BaseModel):
    """RFC 9457, with a stable code; further members are the problem's facts."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    retry_at: Annotated[str | None, Field(default=None, json_schema_extra={"format": "date-time"})] = None
    errors: list[dict[str, Any]] | None = None


_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


def _check_plain(text: str) -> str:
    if any(unicodedata.category(character) in _UNPRINTABLE for character in text):
        raise PydanticCustomError("plain_text", "control characters")
    return text


def _check_name(text: str) -> str:
    if not visible_text(text):
        raise PydanticCustomError("plain_text", "blank")
    return text.strip()


PUBLISHED_PLAIN = {"pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"}
PUBLISHED_WORDED = {"pattern": "[^ ]"}
PlainText = Annotated[str, Field(max_length=200, json_schema_extra=PUBLISHED_PLAIN), AfterValidator(_check_plain)]
Name = Annotated[PlainText, Field(json_schema_extra=PUBLISHED_WORDED), AfterValidator(_check_name)]
Digits = Annotated[str, Field(pattern="^[0-9]{6}$")]
# Any length and any characters: a malformed VIN is `vin_invalid`, and so on.
Identifier = Annotated[str, Field(max_length=65536)]
Id = Annotated[str, Field(pattern="^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


def _check_words(text: str) -> str:
    if not (visible := visible_text(text)):
        raise PydanticCustomError("blank", "blank")
    return visible


Reason = Annotated[PlainText, Field(json_schema_extra=PUBLISHED_WORDED), AfterValidator(_check_words)]
"""Free text, kept without invisible characters; it may not be blank."""

EmptyIsNone = EmptyIs(None)
Cursor = Annotated[PlainText | None, EmptyIsNone]


YEARS = range(2000, 2200)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def day_in(value: object) -> date:
    """Raises `PydanticCustomError` for anything but an ISO date of `YEARS`."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value) and date.fromisoformat(value).year in YEARS:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "not an ISO date")


Day = Annotated[date, BeforeValidator(day_in), WithJsonSchema({"type": "string", "format": "date"})]


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class PageQuery(Query):
    limit: Annotated[int, Field(ge=1, le=MOST), EmptyIs(100)] = 100
    cursor: Cursor = None
