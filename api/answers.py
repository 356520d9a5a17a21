"""What the calls answer: the shapes of the contract, and nothing else leaves the service."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from domain.instants import format_instant
from domain.preselection.values import Outcome, Stage

Instant = Annotated[
    datetime,
    PlainSerializer(format_instant, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T02:10:00.000Z"]}),
]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class OfficeBrief(Answer):
    code: str
    name: str
    address: str
    prefixes: list[str]
    hours: str | None = Field(description="When the office is open, in its own words; null where unknown.")


class OfficeItem(Answer):
    code: str
    name: str
    address: str
    province: str
    prefixes: list[str]


class OfficeList(Answer):
    items: list[OfficeItem]


class NoticeText(Answer):
    """The notice of an office (业务须知)."""

    version: str
    title: str
    body: str
    published_at: Instant


class SegmentItem(Answer):
    """In a template `!` is a digit, `@` a letter, anything else itself."""

    prefix: str
    template: str
    released_at: Instant
    compose_from: Instant


class SegmentList(Answer):
    items: list[SegmentItem]


class VehicleMasked(Answer):
    vin: str
    certificate_number: str
    seller_name: str


class Composed(Answer):
    remaining: int
    max_per_submission: int
    confirm_enabled_at: Instant | None


class Draws(Answer):
    remaining: int
    batch_size: int
    total: int = Field(description="All draws that this vehicle had to begin with.")


class Identity(Answer):
    code_sent: bool
    confirm_enabled_at: Instant
    resend_at: Instant
    expires_at: Instant


class BatchView(Answer):
    id: str
    numbers: list[str]
    expires_at: Instant


class CandidatesView(Answer):
    numbers: list[str]
    expires_at: Instant


class TriedNumber(Answer):
    number: str
    outcome: Outcome


class PreselectionView(Answer):
    """The view of a preselection; what does not apply is null."""

    id: str
    stage: Stage
    now: Instant
    office: OfficeBrief
    vehicle: VehicleMasked
    phone: str
    composed: Composed
    draws: Draws
    identity: Identity | None
    batch: BatchView | None
    candidates: CandidatesView | None
    last_submission: list[TriedNumber] | None
    plate: str | None
    visit_by: date | None
    deadline: Instant | None
    cancellation_allowed: bool = Field(description="Whether the applicant may give the plate back now.")


class PreselectionList(Answer):
    items: list[PreselectionView]


class Ban(Answer):
    until: Instant


class EntryAnswer(Answer):
    screen: Literal["introduction", "service_notes", "completed", "exhausted", "blacklisted"]
    message: str | None
    preselection: PreselectionView | None
    blacklist: Ban | None


class CodeSent(Answer):
    sent_to: str
    resend_at: Instant
    expires_at: Instant
    now: Instant


class Keyboard(Answer):
    """The characters that can follow what was typed, as of a snapshot of the pool."""

    position: int
    available: list[str]
    as_of: Instant


class Health(Answer):
    status: Literal["ok"]


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
