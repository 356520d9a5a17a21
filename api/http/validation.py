"""Converts pydantic's errors to `validation_failed`, without any value that was sent."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from domain.errors import ValidationFailed

MOST_ERRORS = 50
_PLAIN_NAME = re.compile("[a-z][a-z0-9_]{0,40}|zh-CN|zh-TW")
_MESSAGES = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "plain_text": "text",
    "blank": "blank",
    "string_pattern_mismatch": "text",
    "string_too_long": "text",
    "string_too_short": "text",
    "too_long": "list",
    "too_short": "list",
    "literal_error": "choice",
    "json_invalid": "json",
}


def validation_refusal(errors: Iterable[Mapping[str, Any]]) -> ValidationFailed:
    """`errors` in pydantic's form."""
    return ValidationFailed(
        [{"field": _field(error["loc"]), "message": _message(error["type"])} for error in errors][:MOST_ERRORS]
    )


def invalid_field(field: str, message: str) -> ValidationFailed:
    """One field; `message` is a key of the catalogues' section `fields`."""
    return invalid_fields({field: message})


def invalid_fields(messages: Mapping[str, str]) -> ValidationFailed:
    """Several fields, each with the key of its message."""
    found = [{"field": _printable_name(field), "message": message} for field, message in messages.items()]
    return ValidationFailed(found[:MOST_ERRORS])


def _field(location: tuple[int | str, ...]) -> str:
    """The path to the field; FastAPI starts it with the part of the request."""
    steps = [str(step) for step in location]
    return ".".join(map(_printable_name, steps[1:] if len(steps) > 1 else steps))


def _printable_name(name: str) -> str:
    """An unknown field's name is input too, so it is repeated only if it looks like a field name."""
    return name if name.isdigit() or _PLAIN_NAME.fullmatch(name) else "?"


def _message(kind: str) -> str:
    if kind.endswith("_type") or kind in {"bool_parsing", "model_attributes_type"}:
        return "type"
    return _MESSAGES.get(kind, "value")
