"""What operators write in free words stands in clear in the audit: it must not hold what names a person or a car."""

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
    # Seventeen digits are rather the moment of something.
    return not run.isdecimal() and _parses(check_vin, run) and check_vin(run).is_check_character_right


_KINDS: tuple[Callable[[str], bool], ...] = (
    partial(_parses, parse_mobile),
    partial(_parses, partial(parse_resident_id, today=date.max)),
    _is_vin,
)


def names_somebody(text: str) -> bool:
    """Whether an identity number, a mobile phone's number or a VIN stands in a text. Names can't be told from words."""
    return any(is_one(run) for run in _RUNS.findall(fold_capitals(text)) for is_one in _KINDS)
