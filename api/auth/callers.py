"""The caller: the claims of a verified token, and the keyed hashes with which the caller's records are found."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from fastapi import Request

from domain.ascii_folding import fold_capitals
from domain.errors import Unauthenticated
from domain.parties import Party, PartyKind
from gateways.identity.claims import Claims
from gateways.identity.provider import Verifier
from gateways.identity.signed_tokens import LONGEST_TOKEN
from storage.crypto.keyed_hash import Hash
from storage.crypto.personal_hashes import PersonalHashes
from storage.staff.persons import StaffPerson

_SCHEME = "bearer "
LONGEST_HEADER = 2 * LONGEST_TOKEN
"""Blanks may stand between scheme and token, but not without end."""


class Role(StrEnum):
    APPLICANT = "applicant"
    CLERK = "clerk"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Caller:
    """A person with a valid token. Personal values are in `claims`, which have no representation."""

    claims: Claims
    hashes: PersonalHashes = field(repr=False)

    @cached_property
    def party(self) -> Party:
        """The buyer who is checked and can be banned."""
        return self.claims.acting_party

    @cached_property
    def owner(self) -> str:
        """The owner of records: this account, while it acts for this party."""
        if not self.is_applicant:
            return self.claims.subject
        # Folded, so that a provider may use small or capital letters.
        return f"{self.claims.subject}\n{fold_capitals(self.party.id_number)}"

    @property
    def is_applicant(self) -> bool:
        return Role.APPLICANT in self.claims.roles

    @cached_property
    def owner_hash(self) -> Hash:
        return self.hashes.owner(self.owner)

    @cached_property
    def party_hash(self) -> Hash:
        return self.hashes.party(self.party.id_number)

    @cached_property
    def organisation_hash(self) -> Hash | None:
        """The organisation for which an agent acts: its preselections belong to all its agents."""
        return self.party_hash if self.party.kind is PartyKind.ORGANISATION else None

    @cached_property
    def person_hash(self) -> Hash:
        """The person behind the account, not the organisation: a person with several accounts has one limit."""
        return self.hashes.party(self.claims.id_number or self.claims.subject)

    @cached_property
    def staff_person(self) -> StaffPerson:
        """The person of a staff token. Others decide their affairs. Raises `Unauthenticated` without an identity."""
        claims = self.claims
        if not claims.id_number:
            raise Unauthenticated
        code = claims.organisation.credit_code if claims.organisation else None
        return StaffPerson.of(self.hashes, claims.id_number, code)

    @cached_property
    def phone(self) -> str:
        """The account's verified number, from the token."""
        if not self.claims.phone:
            raise Unauthenticated
        return self.claims.phone

    def account(self) -> str:
        """The name of this account's rate windows in Redis, without personal data."""
        return self.owner_hash.stable.hex()


async def caller_of(request: Request, verifier: Verifier, hashes: PersonalHashes) -> Caller:
    """Raises `Unauthenticated`, and `DependencyUnavailable` while the identity provider's keys are unavailable."""
    header = request.headers.get("authorization", "")
    if not header[: len(_SCHEME)].lower() == _SCHEME or len(header) > LONGEST_HEADER:
        raise Unauthenticated
    return Caller(await verifier.verify(header[len(_SCHEME) :].strip()), hashes)
