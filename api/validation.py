"""From what pydantic found wrong to `validation_failed`, without a word of what was sent."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from domain.errors import ValidationFailed

MOST_ERRORS = 50
_PLAIN_NAME = re.compile("[a-z][a-z0-9_]{0,40}")
_MESSAGES = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "plain_text": "text",
    "string_pattern_mismatch": "text",
    "string_too_long": "text",
    "string_too_short": "text",
    "too_long": "list",
    "too_short": "list",
    "literal_error": "choice",
    "json_invalid": "json",
}


def validation_failed(errors: Iterable[Mapping[str, Any]]) -> ValidationFailed:
    """`errors` as pydantic lists them."""
    return ValidationFailed(
        [{"field": _field(error["loc"]), "message": _message(error["type"])} for error in errors][:MOST_ERRORS]
    )


def field_invalid(field: str, message: str) -> ValidationFailed:
    """One field; `message` is a key of the catalogues' section `fields`."""
    return ValidationFailed([{"field": field, "message": message}])


def _field(location: tuple[int | str, ...]) -> str:
    """The path to the field. An unknown field's name was sent too, so it is told only where it looks like one."""
    steps = [str(step) for step in location]
    if len(steps) > 1:
        steps = steps[1:]
    return ".".join(step if step.isdigit() or _PLAIN_NAME.fullmatch(step) else "?" for step in steps)


def _message(kind: str) -> str:
    if kind.endswith("_type") or kind in {"bool_parsing", "model_attributes_type"}:
        return "type"
    return _MESSAGES.get(kind, "value")
