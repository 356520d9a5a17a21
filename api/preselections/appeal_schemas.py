"""Requests and responses about appeals against bans."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.http.schemas import PUBLISHED_WORDED, Answer, Body, Instant, PlainText
from domain.visible_text import visible_text

LONGEST_REASON = 2000
_LINE_ENDS = "\r\n"
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


def _check_text(text: str) -> str:
    if any(unicodedata.category(each) in _UNPRINTABLE and each not in _LINE_ENDS for each in text):
        raise PydanticCustomError("plain_text", "control characters")
    if not visible_text(text):
        raise PydanticCustomError("blank", "blank")
    return text.strip()


AppealReason = Annotated[
    str, Field(max_length=LONGEST_REASON, json_schema_extra=PUBLISHED_WORDED), AfterValidator(_check_text)
]
"""What the person writes, with line ends. It may name persons: it is stored encrypted."""


class AttachmentBody(Body):
    name: PlainText
    content: str = Field(
        description="A PDF, JPEG or PNG of at most 2,000,000 bytes, in base64.",
        json_schema_extra={"contentEncoding": "base64"},
    )


class AppealBody(Body):
    reason: AppealReason
    attachment: AttachmentBody | None = None


class AppealView(Answer):
    """`state` is open until a second operator has confirmed the decision; `answer` is the office's reason then."""

    id: str
    state: Literal["open", "granted", "refused"]
    filed_at: Instant
    decide_by: Instant
    late: bool = Field(description="Whether the office has not answered in time.")
    answered_at: Instant | None
    answer: str | None


class BanView(Answer):
    """The ban that followed from a missed deadline. It is over from `until`, or from its earlier release."""

    until: Instant
    released_at: Instant | None
