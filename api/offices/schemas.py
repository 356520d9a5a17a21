"""Response schemas of offices, notices and segments."""

from typing import Self

from pydantic import Field

from api.http.schemas import Answer, Instant
from domain.coordinates import Coordinates


class OfficeCoordinates(Answer):
    """Degrees of WGS 84, as in `geo:` links. Maps of mainland China show GCJ-02, 50 to 700 metres away."""

    latitude: float = Field(examples=[22.5431])
    longitude: float = Field(examples=[114.0579])

    @classmethod
    def of(cls, known: Coordinates | None) -> Self | None:
        return cls(latitude=known.latitude, longitude=known.longitude) if known else None


class OfficeBrief(Answer):
    code: str
    name: str
    address: str
    prefixes: list[str]
    hours: str | None = Field(description="The office's opening hours as free text; null if unknown.")
    telephone: str | None
    coordinates: OfficeCoordinates | None


class OfficeItem(Answer):
    """`name` is in the reader's language where the office has a name in it."""

    code: str
    name: str
    address: str
    province: str
    prefixes: list[str]
    hours: str | None
    telephone: str | None
    coordinates: OfficeCoordinates | None


class OfficeList(Answer):
    items: list[OfficeItem]


class NoticeText(Answer):
    """The notice of an office (业务须知), in the reader's language or else in Chinese: `language` says which."""

    version: str
    language: str
    title: str
    body: str
    published_at: Instant


class SegmentItem(Answer):
    """In a template `!` is a digit, `@` a letter, any other character itself."""

    prefix: str
    template: str
    released_at: Instant
    compose_from: Instant


class SegmentList(Answer):
    items: list[SegmentItem]
