"""Who a token speaks of: its claims, read strictly."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.errors import Unauthenticated
from domain.identifiers import MalformedIdentifier, parse_credit_code, parse_mobile
from gateways.parties import Party, PartyKind

ROLES = frozenset({"applicant", "clerk", "operator", "auditor"})

_LONGEST_TEXT = 255
_COUNTRY_CODE = "+86"


@dataclass(frozen=True)
class Organisation:
    """For whom an agent acts."""

    name: str
    credit_code: str


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token. `name`, `id_number` and `phone` are there for every applicant, `office` for every clerk.

    `session_id` and `authenticated_at` say which sign-in the token comes from, where the provider tells.
    """

    subject: str
    roles: frozenset[str]
    valid_from: datetime | None
    expires_at: datetime
    office: str | None = None
    name: str | None = None
    id_number: str | None = None
    phone: str | None = None
    organisation: Organisation | None = None
    session_id: str | None = None
    authenticated_at: datetime | None = None

    def __repr__(self) -> str:
        """Nothing personal, so that no log line can hold it."""
        return f"Claims(roles={sorted(self.roles)!r})"

    @property
    def acting_party(self) -> Party:
        """The buyer who is checked and, if need be, barred: the organisation of an agent, else the person.

        Raises `Unauthenticated` for a token that names neither, which no applicant's does.
        """
        if self.organisation:
            return Party(PartyKind.ORGANISATION, self.organisation.name, self.organisation.credit_code)
        if not self.name or not self.id_number:
            raise Unauthenticated
        return Party(PartyKind.PERSON, self.name, self.id_number)


def read_claims(claims: Mapping[str, Any], *, roles_claim: str) -> Claims:
    """Raises `Unauthenticated` for a claim of another form, and where one is missing that the role needs."""
    roles = _roles(claims, roles_claim)
    subject, expires_at = _text(claims, "sub"), read_instant(claims, "exp")
    if subject is None or expires_at is None:
        raise Unauthenticated
    read = Claims(
        subject=subject,
        roles=roles,
        valid_from=read_instant(claims, "nbf"),
        expires_at=expires_at,
        office=_text(claims, "office"),
        name=_text(claims, "name"),
        id_number=_text(claims, "id_number"),
        phone=_phone(claims),
        organisation=_organisation(claims),
        session_id=_text(claims, "sid"),
        authenticated_at=read_instant(claims, "auth_time"),
    )
    if "applicant" in roles and not (read.name and read.id_number and read.phone):
        raise Unauthenticated
    if "clerk" in roles and not read.office:
        raise Unauthenticated
    return read


def _roles(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The roles that we know; none at all is a matter of permission, not of the token.

    The name may be a path, such as `realm_access.roles`, unless a claim has the whole of it as its name.
    """
    value: Any = claims
    for step in [name] if name in claims else name.split("."):
        value = value.get(step, []) if isinstance(value, Mapping) else None
    if not isinstance(value, list) or not all(isinstance(role, str) for role in value):
        raise Unauthenticated
    return ROLES & frozenset(value)


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None or (isinstance(value, str) and _is_plain(value)):
        return value
    raise Unauthenticated


def _is_plain(text: str) -> bool:
    """No control characters and no lone surrogates: neither can be stored or shown."""
    in_range = 0 < len(text) <= _LONGEST_TEXT and bool(text.strip())
    return in_range and not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def _phone(claims: Mapping[str, Any]) -> str | None:
    """The number as we write it; OpenID Connect recommends E.164, `+86…`."""
    text = _text(claims, "phone_number")
    if text is None:
        return None
    if claims.get("phone_number_verified") is False:
        raise Unauthenticated
    try:
        return parse_mobile(text.removeprefix(_COUNTRY_CODE).strip())
    except MalformedIdentifier:
        raise Unauthenticated from None


def _organisation(claims: Mapping[str, Any]) -> Organisation | None:
    value = claims.get("organisation")
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Unauthenticated
    name, code = _text(value, "name"), _text(value, "credit_code")
    if name is None or code is None:
        raise Unauthenticated
    try:
        return Organisation(name, parse_credit_code(code))
    except MalformedIdentifier:
        raise Unauthenticated from None


def read_instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    """A NumericDate: seconds since 1970, whole or not. Raises `Unauthenticated` for anything else."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unauthenticated
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        raise Unauthenticated from None
