"""The form of messages. The API has checked it already; operators and other systems send messages themselves.

A value that no activity can parse would be retried for ever, and block the vehicle meanwhile.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import Forbidden, NumberDuplicated, NumberMalformed, ValidationFailed
    from domain.plates import MalformedPlate, parse_plate, prefix_of

from workflows.refusals import refusing

LONGEST_SHOWN = 16


def check_request_id(text: str) -> None:
    """Raises `ValidationFailed` for anything but a UUID."""
    try:
        UUID(text)
    except ValueError:
        raise _invalid("request_id", "must be a UUID") from None


def check_numbers(numbers: Sequence[str], prefixes: Collection[str]) -> None:
    """Raises `ValidationFailed` for an empty list, `NumberMalformed` and `NumberDuplicated`."""
    bad = [number[:LONGEST_SHOWN] for number in numbers if not _is_plate(number, prefixes)]
    if bad:
        raise NumberMalformed(bad)
    if len(set(numbers)) < len(numbers):
        raise NumberDuplicated
    if not numbers:
        raise _invalid("numbers", "must not be empty")


def check_prefix(prefix: str | None, prefixes: Collection[str]) -> None:
    """Raises `ValidationFailed` for a prefix of another office."""
    if prefix is not None and prefix not in prefixes:
        raise _invalid("prefix", "must be one of the office")


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
    """Raises `ValidationFailed` for an operator's act without name or reason."""
    blank = [name for name in ("operator", "reason") if not getattr(command, name).strip()]
    if blank:
        raise ValidationFailed([{"field": name, "message": "must not be blank"} for name in blank])


def check_desk_act(command: Any) -> None:
    """Raises `Forbidden` for an act of the desk without a seal; the activity verifies the seal."""
    if not command.seal:
        raise Forbidden


def validating(command: Any, *checks: Callable[[Any], object]) -> None:
    """Run the checks of a validator; raises the refusal as a failure."""
    with refusing():
        for check in checks:
            check(command)


def check_day(text: str) -> None:
    """Raises `ValidationFailed` for anything but an ISO date."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise _invalid("visit_by", "must be a date") from None


def _is_plate(number: str, prefixes: Collection[str]) -> bool:
    try:
        return parse_plate(number) == number and prefix_of(number) in prefixes
    except MalformedPlate:
        return False


def _invalid(field: str, message: str) -> ValidationFailed:
    return ValidationFailed([{"field": field, "message": message}])
