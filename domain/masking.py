"""Masking of personal values: the owner can recognise a masked value, nobody can use it."""

from domain.parties import PartyKind

_STAR = "*"


def mask_mobile(number: str) -> str:
    """Mobile number: 138****8000."""
    return _mask(number, head=3, tail=4)


def mask_person_name(name: str) -> str:
    """Name of a person: 张*, one star for each further character."""
    return _mask(name, head=1, tail=0)


def mask_name(kind: str, name: str) -> str:
    """Name of a party of this `PartyKind`."""
    return mask_person_name(name) if kind == PartyKind.PERSON else mask_organisation_name(name)


def mask_vin(vin: str) -> str:
    """VIN: L************7371."""
    return _mask(vin, head=1, tail=4)


def mask_certificate_number(number: str) -> str:
    """Number of a registration certificate: ********5678."""
    return _mask(number, head=0, tail=4)


def mask_organisation_name(name: str) -> str:
    """Name of an organisation: the first two and the last two characters stay."""
    return _mask(name, head=2, tail=2)


def _mask(text: str, *, head: int, tail: int) -> str:
    """Hide the middle; a text too short for that keeps only its first character, a single character is hidden."""
    hidden = len(text) - head - tail
    if hidden > 0:
        return text[:head] + _STAR * hidden + text[len(text) - tail :]
    kept = text[:1] if head and len(text) > 1 else ""
    return kept + _STAR * (len(text) - len(kept))
