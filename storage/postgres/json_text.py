"""Values as JSON text for statements."""

from typing import Any

from pydantic_core import to_json


def json_text(value: Any) -> str:
    """JSON without spaces, as `json.dumps` writes plain values; it takes a third of the time."""
    return to_json(value).decode()
