"""The fields of 确认信息, each with its own problem code."""

from dataclasses import dataclass, field
from datetime import date

from api.http.request_context import RequestContext
from api.http.validation import invalid_field
from api.preselections.schemas import SellerBody, SubmissionBody
from api.preselections.verification_codes import owner_of_first_code
from domain.calendar import shanghai_day
from domain.errors import CertificateNumberInvalid, IdNumberInvalid, VinInvalid
from domain.identifiers import (
    MalformedCertificateNumber,
    MalformedIdNumber,
    MalformedVin,
    parse_certificate_number,
    parse_credit_code,
    parse_resident_id,
    parse_vin,
)
from domain.parties import Party, PartyKind
from storage.offices.offices import Office


@dataclass(frozen=True)
class ValidatedSubmission:
    """The submitted data, well-formed and folded; the code as its keyed hash."""

    office: Office
    notice_version: str
    certificate_number: str = field(repr=False)
    vin: str = field(repr=False)
    seller: Party = field(repr=False)
    code_hash: bytes = field(repr=False)


async def check_submission(context: RequestContext, body: SubmissionBody) -> ValidatedSubmission:
    """Raises `ValidationFailed` for an unknown office, otherwise the refusals of malformed fields."""
    office = await context.app.directory.find(body.office_code)
    if office is None:
        raise invalid_field("office_code", "office")
    owner = owner_of_first_code(context.caller.owner_hash)
    return ValidatedSubmission(
        office=office,
        notice_version=body.notice_version,
        certificate_number=_certificate(body.certificate_number),
        vin=_vin(body.vin),
        seller=_seller(body.seller, shanghai_day(context.now())),
        code_hash=context.repositories.hashes.code(owner.purpose, owner.subject_hash, None, body.code),
    )


def _certificate(text: str) -> str:
    try:
        return parse_certificate_number(text)
    except MalformedCertificateNumber:
        raise CertificateNumberInvalid from None


def _vin(text: str) -> str:
    try:
        return parse_vin(text)
    except MalformedVin:
        raise VinInvalid from None


def _seller(body: SellerBody, today: date) -> Party:
    kind = PartyKind(body.kind)
    try:
        number = (
            parse_resident_id(body.id_number, today=today)
            if kind is PartyKind.PERSON
            else parse_credit_code(body.id_number)
        )
    except MalformedIdNumber:
        raise IdNumberInvalid from None
    return Party(kind, body.name, number)
