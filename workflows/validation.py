"""The form of messages. The API has checked it already; operators and other systems send messages themselves.

A value that no activity can parse, or no row can store, would be retried for ever and block the vehicle meanwhile.
"""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import Forbidden, NumberDuplicated, NumberMalformed, ValidationFailed
    from domain.fair_draws import is_nonce
    from domain.plates import MalformedPlate, parse_plate, prefix_of

from workflows.refusals import convert_refusals

MOST_NUMBERS = 100
LONGEST_WORDS = 1000
YEARS = range(2000, 2200)
"""As for the API: further away, the arithmetic of days fails."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def check_request_id(text: str) -> None:
    """Raises `ValidationFailed` for anything but a UUID."""
    _check_uuid("request_id", text)


def check_subject_id(field: str, text: str) -> None:
    """Fails for an input that names no row of any database: then there is nothing to wait for."""
    with convert_refusals():
        _check_uuid(field, text)


def check_numbers(numbers: Sequence[str], prefixes: Collection[str]) -> None:
    """Raises `ValidationFailed` for an empty list, `NumberMalformed` and `NumberDuplicated`."""
    bad = [number for number in numbers if not _is_plate(number, prefixes)]
    if bad:
        raise NumberMalformed.of(bad)
    if len(set(numbers)) < len(numbers):
        raise NumberDuplicated
    if not numbers:
        raise _invalid("numbers", "must not be empty")


def check_count(command: Any) -> None:
    """Raises `ValidationFailed` for more numbers than any policy allows."""
    if len(command.numbers) > MOST_NUMBERS:
        raise _invalid("numbers", "too many")


def check_prefix(prefix: str | None, prefixes: Collection[str]) -> None:
    """Raises `ValidationFailed` for a prefix of another office."""
    if prefix is not None and prefix not in prefixes:
        raise _invalid("prefix", "must be one of the office")


def check_nonce(nonce: str | None) -> None:
    """Raises `ValidationFailed` for anything but 16 to 64 bytes in base64url."""
    if nonce is not None and not is_nonce(nonce):
        raise _invalid("nonce", "must be 16 to 64 bytes in base64url")


def check_code_hash(text: str) -> None:
    """Raises `ValidationFailed` for anything but hexadecimal digits."""
    try:
        bytes.fromhex(text)
    except ValueError:
        raise _invalid("code_hash", "must be hexadecimal digits") from None


def check_request(command: Any) -> None:
    """Raises `ValidationFailed` for a request id that is not a UUID; the handler makes a missing one."""
    if command.request_id:
        check_request_id(command.request_id)


def check_operator_act(command: Any) -> None:
    """Raises `ValidationFailed` for an operator's act whose name or reason is missing, or is not plain text."""
    problems = {name: _problem_of(getattr(command, name)) for name in ("operator", "reason")}
    errors = [{"field": name, "message": problem} for name, problem in problems.items() if problem]
    if errors:
        raise ValidationFailed(errors)


def check_desk_act(command: Any) -> None:
    """Raises `Forbidden` for an act of the desk without a seal; the activity verifies the seal."""
    if not command.seal:
        raise Forbidden


def run_checks(command: Any, *checks: Callable[[Any], object]) -> None:
    """Run the checks of a validator; raises the refusal as a failure."""
    with convert_refusals():
        for check in checks:
            check(command)


def check_day(text: str) -> None:
    """Raises `ValidationFailed` for anything but an ISO date of this century or the next."""
    try:
        is_near = date.fromisoformat(text).year in YEARS
    except ValueError:
        is_near = False
    if not is_near:
        raise _invalid("visit_by", "must be a date")


def _check_uuid(field: str, text: str) -> None:
    try:
        UUID(text)
    except ValueError:
        raise _invalid(field, "must be a UUID") from None


def _problem_of(words: str) -> str | None:
    if not words.strip():
        return "must not be blank"
    return "must be plain text" if len(words) > LONGEST_WORDS or _UNPRINTABLE.search(words) else None


def _is_plate(number: str, prefixes: Collection[str]) -> bool:
    try:
        return parse_plate(number) == number and prefix_of(number) in prefixes
    except MalformedPlate:
        return False


def _invalid(field: str, message: str) -> ValidationFailed:
    return ValidationFailed([{"field": field, "message": message}])
