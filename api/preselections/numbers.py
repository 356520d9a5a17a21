"""Validates submitted numbers: folded, well-formed, of this office, and without duplicates."""

from collections.abc import Sequence

from api.http.validation import invalid_field
from domain.ascii_folding import fold_capitals
from domain.errors import NumberDuplicated, NumberMalformed
from domain.plates import MalformedPlate, parse_plate, prefix_of
from storage.offices.offices import Office


def composed_numbers(texts: Sequence[str], office: Office) -> list[str]:
    """Raises `NumberMalformed` with all malformed numbers and foreign prefixes, then `NumberDuplicated`."""
    numbers = [_number(text) for text in texts]
    of_office = [number if number and prefix_of(number) in office.prefixes else None for number in numbers]
    bad = [text for text, number in zip(texts, of_office, strict=True) if number is None]
    if bad:
        raise NumberMalformed.of(bad)
    good = [number for number in of_office if number]
    if len(set(good)) < len(good):
        raise NumberDuplicated
    return good


def one_number(text: str) -> str:
    """Raises `NumberMalformed`."""
    number = _number(text)
    if number is None:
        raise NumberMalformed.of([text])
    return number


def prefix_of_office(text: str | None, office: Office) -> str | None:
    """The prefix in capitals. Raises `ValidationFailed` for one of another office."""
    if text is None:
        return None
    prefix = fold_capitals(text)
    if prefix not in office.prefixes:
        raise invalid_field("prefix", "prefix")
    return prefix


def _number(text: str) -> str | None:
    try:
        return parse_plate(text)
    except MalformedPlate:
        return None
