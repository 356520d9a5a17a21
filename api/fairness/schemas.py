"""Requests and responses about verifiable draws."""

from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import Answer, Instant, PlainText, Query

Day = Annotated[str, Field(description="An ISO date, or the start of a shorter day.")]
Digest = Annotated[str, Field(description="SHA-256 in hexadecimal digits.")]


class DaysQuery(Query):
    """Both are ISO dates of the calendar in Shanghai, or instants; the days between them, both included."""

    from_: Annotated[PlainText | None, Field(alias="from")] = None
    to: PlainText | None = None


class DayItem(Answer):
    day: Day
    commitment: Digest
    committed_at: Instant
    begins: Instant
    ends: Instant
    revealed_at: Instant | None
    draws: int | None
    verified: bool | None = Field(description="Whether our checker found every draw right; null until publication.")
    report: list[str] = Field(description="What our checker said, in English; empty until publication.")


class DayList(Answer):
    items: list[DayItem]


class DayFile(Answer):
    name: str
    sha256: Digest
    href: str = Field(description="A path from the root.")


class PublishedDay(Answer):
    secret: str
    files: list[DayFile]


class DrawItem(Answer):
    draw_id: str
    day: Day
    at: Instant
    nonce: str
    nonce_by: Literal["client", "server"]
    numbers: list[str]


class DrawList(Answer):
    items: list[DrawItem]
