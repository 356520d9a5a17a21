"""The claims of a token, parsed strictly."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from domain.errors import Unauthenticated
from domain.identifiers import MalformedIdentifier, parse_credit_code, parse_mobile
from domain.parties import Party, PartyKind

ROLES = frozenset({"applicant", "clerk", "operator", "auditor"})
STAFF = ROLES - {"applicant"}
ACTING = frozenset({"clerk", "operator"})

_LONGEST_TEXT = 255
_COUNTRY_CODE = "+86"


@dataclass(frozen=True)
class Organisation:
    """The organisation that an agent acts for."""

    name: str
    credit_code: str


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token.

    Every applicant's has `name`, `id_number` and `phone`, every clerk's `office` and `id_number`, every operator's
    `id_number`.
    """

    subject: str
    roles: frozenset[str]
    valid_from: datetime | None
    expires_at: datetime
    issued_at: datetime | None = None
    session: str | None = field(default=None, repr=False)
    """The session at the provider (`sid`), which it may end."""
    office: str | None = None
    name: str | None = None
    id_number: str | None = None
    phone: str | None = None
    organisation: Organisation | None = None

    def __repr__(self) -> str:
        """Without personal data, so that no log line can contain any."""
        return f"Claims(roles={sorted(self.roles)!r})"

    @property
    def acting_party(self) -> Party:
        """The buyer who is checked and can be banned: the organisation of an agent, otherwise the person.

        Raises `Unauthenticated` for a token that names neither; every applicant's token names one.
        """
        if self.organisation:
            return Party(PartyKind.ORGANISATION, self.organisation.name, self.organisation.credit_code)
        if not self.name or not self.id_number:
            raise Unauthenticated
        return Party(PartyKind.PERSON, self.name, self.id_number)


@dataclass(frozen=True)
class ClaimNames:
    """The names of the provider's claims.

    A name may be a path, such as `realm_access.roles`, unless a claim has the whole path as its name.
    """

    roles: str = "roles"
    office: str = "office"
    name: str = "name"
    id_number: str = "id_number"
    phone: str = "phone_number"
    phone_verified: str | None = None
    """The claim that says whether the phone number is verified. Unset: optional, the phone's name with `_verified`."""
    organisation_name: str = "organisation.name"
    organisation_code: str = "organisation.credit_code"


def read_claims(claims: Mapping[str, Any], *, names: ClaimNames) -> Claims:
    """Raises `Unauthenticated` for a malformed claim, and for a missing one that the role needs."""
    roles = _roles(claims, names.roles)
    subject, expires_at = read_text(claims, "sub"), read_instant(claims, "exp")
    if subject is None or expires_at is None:
        raise Unauthenticated
    read = Claims(
        subject=subject,
        roles=roles,
        valid_from=read_instant(claims, "nbf"),
        expires_at=expires_at,
        issued_at=read_instant(claims, "iat"),
        session=read_text(claims, "sid"),
        office=read_text(claims, names.office),
        name=read_text(claims, names.name),
        id_number=read_text(claims, names.id_number),
        phone=_phone(claims, names),
        organisation=_organisation(claims, names),
    )
    if "applicant" in roles and not (read.name and read.id_number and read.phone):
        raise Unauthenticated
    if "clerk" in roles and not read.office:
        raise Unauthenticated
    # Staff don't decide about themselves: without an identity nobody could know.
    if roles & ACTING and not read.id_number:
        raise Unauthenticated
    return read


def _roles(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The roles that we know; a token without any is valid, but has no permission."""
    value = _claim_at(claims, name)
    named = [] if value is None else value
    if not isinstance(named, list) or not all(isinstance(role, str) for role in named):
        raise Unauthenticated
    return ROLES & frozenset(named)


def _claim_at(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of this name or path, None if there is none. Raises `Unauthenticated` for an impossible path."""
    value: Any = claims
    for step in _steps(claims, name):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise Unauthenticated
        value = value.get(step)
    return value


def _steps(claims: Mapping[str, Any], name: str) -> list[str]:
    return [name] if name in claims else name.split(".")


def read_text(claims: Mapping[str, Any], name: str) -> str | None:
    """The text of this claim, None if there is none. Raises `Unauthenticated` for anything else."""
    value = _claim_at(claims, name)
    if value is None or (isinstance(value, str) and _is_plain(value)):
        return value
    raise Unauthenticated


def _is_plain(text: str) -> bool:
    """Without control characters and lone surrogates: they can't be stored or shown."""
    in_range = 0 < len(text) <= _LONGEST_TEXT and bool(text.strip())
    return in_range and not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def _phone(claims: Mapping[str, Any], names: ClaimNames) -> str | None:
    """The number in our format; OpenID Connect recommends E.164, `+86…`, and a claim says whether it is verified."""
    text = read_text(claims, names.phone)
    if text is None:
        return None
    if not _is_verified(claims, names):
        raise Unauthenticated
    try:
        return parse_mobile(text.removeprefix(_COUNTRY_CODE).strip())
    except MalformedIdentifier:
        raise Unauthenticated from None


def _is_verified(claims: Mapping[str, Any], names: ClaimNames) -> bool:
    """Only `true` is: neither a text nor a number, and no missing claim if the provider is said to send it."""
    name = names.phone_verified or f"{names.phone}_verified"
    *path, last = _steps(claims, name)
    holder = _claim_at(claims, ".".join(path)) if path else claims
    is_left_out = isinstance(holder, Mapping) and last not in holder
    return (names.phone_verified is None and is_left_out) or _claim_at(claims, name) is True


def _organisation(claims: Mapping[str, Any], names: ClaimNames) -> Organisation | None:
    """An organisation needs all its claims: an agent must not act as a person because a claim is missing."""
    paths = (names.organisation_name, names.organisation_code)
    if all(claims.get(_steps(claims, path)[0]) is None for path in paths):
        return None
    name, code = (read_text(claims, path) for path in paths)
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
