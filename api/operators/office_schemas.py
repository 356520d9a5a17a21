"""Schemas of the set-up: offices, their policies and notices."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.http.schemas import PUBLISHED_WORDED, Answer, Body, EmptyIsNone, Instant, PlainText, Query, Reason
from api.offices.schemas import OfficeCoordinates
from api.operators.request_schemas import GivenInstant
from domain.coordinates import LATITUDES, LONGITUDES
from domain.offices import MOST_PREFIXES
from domain.policy import Plain
from operations.notices import LONGEST_BODY

MOST_SETTINGS = 100
_LINE_ENDS = "\n\r\t"


def _check_lines(text: str) -> str:
    if any(unicodedata.category(each) in ("Cc", "Cs") and each not in _LINE_ENDS for each in text):
        raise PydanticCustomError("plain_text", "control characters")
    return text


Worded = Annotated[PlainText, Field(json_schema_extra=PUBLISHED_WORDED)]
Lines = Annotated[str, Field(max_length=LONGEST_BODY, json_schema_extra=PUBLISHED_WORDED), AfterValidator(_check_lines)]
Setting = Annotated[str, Field(max_length=64, pattern="^[A-Za-z_]+$")]


class OfficeNames(Body):
    """Further names of an office, by language."""

    zh_cn: Annotated[PlainText | None, Field(alias="zh-CN")] = None
    zh_tw: Annotated[PlainText | None, Field(alias="zh-TW")] = None
    en: PlainText | None = None

    def by_language(self) -> dict[str, str]:
        return self.model_dump(by_alias=True, exclude_none=True)


class CoordinatesBody(Body):
    """Degrees of WGS 84, in China. Numbers of a Chinese map (GCJ-02) must be converted before."""

    latitude: Annotated[float, Field(json_schema_extra={"minimum": LATITUDES[0], "maximum": LATITUDES[1]})]
    longitude: Annotated[float, Field(json_schema_extra={"minimum": LONGITUDES[0], "maximum": LONGITUDES[1]})]


class OfficeBody(Body):
    """An office as a whole: what is left out is empty afterwards."""

    name: Worded
    names: OfficeNames | None = None
    address: Worded
    hours: PlainText | None = None
    telephone: PlainText | None = None
    coordinates: CoordinatesBody | None = None
    province: Annotated[PlainText, Field(examples=["广东省"])]
    prefixes: Annotated[list[PlainText], Field(max_length=MOST_PREFIXES, examples=[["粤B"]])]
    reason: Reason


class OperatedOffice(Answer):
    """An office for operators; `names` by language."""

    code: str
    name: str
    names: dict[str, str]
    address: str
    hours: str | None
    telephone: str | None
    coordinates: OfficeCoordinates | None
    province: str
    prefixes: list[str]


class OperatedOfficeList(Answer):
    items: list[OperatedOffice]


class PolicyQuery(Query):
    """`at`: by default now."""

    at: Annotated[GivenInstant | None, EmptyIsNone] = None


class PolicyValueItem(Answer):
    """A setting and who has set it; durations in ISO 8601, `off` is no limit."""

    value: Plain
    source: Literal["default", "deployment", "office"]


class PolicyAnswer(Answer):
    at: Instant
    values: dict[str, PolicyValueItem]


class PolicyBody(Body):
    """Only the settings that change. A value of null removes the office's override."""

    effective_from: GivenInstant | None = None
    overrides: Annotated[dict[Setting, Plain | None], Field(min_length=1, max_length=MOST_SETTINGS)]
    reason: Reason


class PolicyRequestItem(Answer):
    """A change of a policy; without effect until a second operator has confirmed it."""

    id: str
    office_code: str
    effective_from: Instant | None
    overrides: dict[str, Plain | None]
    reason: str
    requested_at: Instant
    requested_by: str
    confirmed_at: Instant | None
    confirmed_by: str | None


class NoticeWords(Body):
    """A notice in one language; the text may have several lines."""

    title: Worded
    body: Lines


class NoticeTexts(Body):
    zh_cn: Annotated[NoticeWords, Field(alias="zh-CN")]
    zh_tw: Annotated[NoticeWords | None, Field(alias="zh-TW")] = None
    en: NoticeWords | None = None


class NoticeBody(Body):
    texts: NoticeTexts
    reason: Reason


class PublishedNotice(Answer):
    version: str
    published_at: Instant
