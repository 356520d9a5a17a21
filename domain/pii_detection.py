"""Detects personal data in operators' free text, which is stored in plain text in the audit."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial

from domain.ascii_folding import fold_capitals
from domain.identifiers import (
    MalformedIdentifier,
    check_vin,
    parse_mobile,
    parse_resident_id,
)

_RUNS = re.compile(r"[0-9A-Z]{11,}")


def _parses(parse: Callable[[str], object], run: str) -> bool:
    try:
        parse(run)
    except MalformedIdentifier:
        return False
    return True


def _is_vin(run: str) -> bool:
    # Seventeen digits are more likely a timestamp.
    return not run.isdecimal() and _parses(check_vin, run) and check_vin(run).is_check_character_right


_KINDS: tuple[Callable[[str], bool], ...] = (
    partial(_parses, parse_mobile),
    partial(_parses, partial(parse_resident_id, today=date.max)),
    _is_vin,
)


def names_somebody(text: str) -> bool:
    """Whether the text contains an identity number, a mobile number or a VIN. Names can't be detected."""
    return any(is_one(run) for run in _RUNS.findall(fold_capitals(text)) for is_one in _KINDS)
