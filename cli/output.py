"""The output of a command: a table for people, or JSON for programs."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.durations import SHANGHAI
from domain.instants import format_instant

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Output:
    """Records, warnings, and the exit code. Records without common columns are always printed as JSON."""

    records: Sequence[Record] = ()
    warnings: Sequence[str] = field(default=())
    exit_code: int = 0
    always_json: bool = False


def as_json(records: Sequence[Record]) -> str:
    """One JSON object per line, instants in UTC, so that any tool can process them."""
    return "".join(json.dumps(_jsonable(record), ensure_ascii=False) + "\n" for record in records)


def as_table(records: Sequence[Record]) -> str:
    """Columns for people; a single record as lines. Instants in Shanghai's time."""
    if not records:
        return "(none)\n"
    if len(records) == 1:
        width = max(map(len, records[0]))
        return "".join(f"{name:<{width}}  {_cell(value)}\n" for name, value in records[0].items())
    rows = [list(records[0]), *([_cell(value) for value in record.values()] for record in records)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(map(_pad, row, widths)).rstrip() + "\n" for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Mapping):
        return json.dumps(_jsonable(value), ensure_ascii=False)
    if isinstance(value, list | tuple):
        return " ".join(map(_cell, value))
    return "-" if value is None else str(value)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Chinese characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _jsonable(value: Any) -> Any:
    match value:
        case datetime():
            return format_instant(value)
        case date() | UUID():
            return str(value)
        case Mapping():
            return {name: _jsonable(each) for name, each in value.items()}
        case list() | tuple():
            return [_jsonable(each) for each in value]
        case _:
            return value
