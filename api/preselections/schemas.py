"""Requests and responses about preselections.

Fields with their own problem code are validated by the handler, not here.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import Answer, Body, Digits, Id, Identifier, Instant, Name, PlainText
from api.offices.schemas import OfficeBrief
from api.preselections.appeal_schemas import AppealView, BanView
from domain.preselection.values import Outcome, Stage
from storage.sms.deliveries import DeliveryState

MOST_NUMBERS = 1000


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
    nonce: PlainText | None = Field(None, description="16 to 64 random bytes of the client in base64url.")


class NumberBody(Body):
    number: Identifier


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
    total: int = Field(description="The initial number of draws of this vehicle.")


class Identity(Answer):
    code_sent: bool
    confirm_enabled_at: Instant
    resend_at: Instant
    expires_at: Instant


class BatchView(Answer):
    """The last four fields are null for a batch that was drawn before draws were verifiable."""

    id: str
    numbers: list[str]
    expires_at: Instant
    draw_id: str | None = None
    day: str | None = None
    nonce: str | None = None
    nonce_by: Literal["client", "server"] | None = None


class CandidatesView(Answer):
    numbers: list[str]
    expires_at: Instant


class TriedNumber(Answer):
    number: str
    outcome: Outcome


class Terms(Answer):
    """What the policy of this preselection says about its end; ISO 8601 durations."""

    validity: str
    validity_working_days: bool
    ban: str


class Rejection(Answer):
    """Why the desk has rejected the reservation, and what can be done now; `advice` is null for a free text."""

    reason: str
    advice: str | None
    at: Instant


class PreselectionView(Answer):
    """The view of a preselection; fields that do not apply are null."""

    id: str
    stage: Stage
    now: Instant
    office: OfficeBrief
    vehicle: VehicleMasked
    phone: str
    composed: Composed
    draws: Draws
    session_until: Instant | None = Field(description="The end of the selection session if nothing more is done.")
    identity: Identity | None
    batch: BatchView | None
    candidates: CandidatesView | None
    last_submission: list[TriedNumber] | None
    plate: str | None
    visit_by: date | None
    deadline: Instant | None
    rejection: Rejection | None
    success_sms: DeliveryState | None = Field(
        description="The SMS about the success at `completed`: what became of it; null before it is written."
    )
    ban: BanView | None = Field(description="At `overdue` only, as the appeal.")
    appeal: AppealView | None
    terms: Terms
    cancellation_allowed: bool = Field(description="Whether the applicant may cancel the reservation now.")


class ToBring(Answer):
    """What to bring to the office, in the reader's language; the voucher has the same list."""

    items: list[str]


class PreselectionList(Answer):
    items: list[PreselectionView]


class Ban(Answer):
    until: Instant


class OtherPreselection(Answer):
    id: str
    stage: Stage
    plate: str | None


Screen = Literal["introduction", "service_notes", "completed", "exhausted", "blacklisted"]


class EntryAnswer(Answer):
    """`others`: the party's other preselections that are unfinished or completed, newest first."""

    screen: Screen
    message: str | None
    preselection: PreselectionView | None
    blacklist: Ban | None
    others: list[OtherPreselection]


class CodeSent(Answer):
    sent_to: str
    resend_at: Instant
    expires_at: Instant
    checks_left: int = Field(description="How many submissions may still fail the check today.")
    now: Instant


class Keyboard(Answer):
    """The characters that can follow the typed ones, from a snapshot of the pool."""

    position: int
    available: list[str]
    as_of: Instant
