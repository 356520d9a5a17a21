"""Response schemas of offices, notices and segments."""

from pydantic import Field

from api.http.schemas import Answer, Instant


class OfficeBrief(Answer):
    code: str
    name: str
    address: str
    prefixes: list[str]
    hours: str | None = Field(description="The office's opening hours as free text; null if unknown.")
    telephone: str | None


class OfficeItem(Answer):
    """`name` is in the reader's language where the office has a name in it."""

    code: str
    name: str
    address: str
    province: str
    prefixes: list[str]
    hours: str | None
    telephone: str | None


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
