"""Who calls: what a verified token says, and the keyed hashes by which the caller's own records are found."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from fastapi import Request

from domain.ascii_folding import fold_capitals
from domain.errors import Unauthenticated
from domain.parties import Party
from gateways.identity.claims import Claims
from gateways.identity.provider import Verifier
from storage.crypto.keyed_hash import Hash
from storage.crypto.personal_hashes import PersonalHashes

_SCHEME = "bearer "


class Role(StrEnum):
    APPLICANT = "applicant"
    CLERK = "clerk"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Caller:
    """A person with a good token. Personal values are in `claims`, which never show themselves."""

    claims: Claims
    hashes: PersonalHashes = field(repr=False)

    @cached_property
    def party(self) -> Party:
        """The buyer who is checked and, if need be, barred."""
        return self.claims.acting_party

    @cached_property
    def owner(self) -> str:
        """Whose the records are: this account, as long as it acts for this party."""
        if not self.is_applicant:
            return self.claims.subject
        # Folded, so that a provider may write a check character as it likes.
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
    def person_hash(self) -> Hash:
        """The person behind the account, whoever they act for: a person with several accounts has one limit."""
        return self.hashes.party(self.claims.id_number or self.claims.subject)

    @cached_property
    def phone(self) -> str:
        """The account's verified number; nobody types one in."""
        if not self.claims.phone:
            raise Unauthenticated
        return self.claims.phone

    def account(self) -> str:
        """The name of this account's rate windows, which may stand in Redis."""
        return self.owner_hash.anchor.hex()


async def caller_of(request: Request, verifier: Verifier, hashes: PersonalHashes) -> Caller:
    """Raises `Unauthenticated`, and `GatewayDown` while the identity provider's keys can't be had."""
    header = request.headers.get("authorization", "")
    if not header[: len(_SCHEME)].lower() == _SCHEME:
        raise Unauthenticated
    return Caller(await verifier.verify(header[len(_SCHEME) :].strip()), hashes)
