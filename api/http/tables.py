"""Lists as tables: CSV for whoever asks for it (`Accept: text/csv`)."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

CSV = "text/csv"
AS_TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
"""For `responses=` of a list that is also a table."""
# A spreadsheet takes a cell that begins with one of these for a formula, also in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def wants_table(request: Request) -> bool:
    """Whether the caller accepts CSV by name, and JSON not before it."""
    wanted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return CSV in wanted and "application/json" not in wanted[: wanted.index(CSV)]


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """The rows as CSV (RFC 4180) in UTF-8, with a head."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return Response(out.getvalue(), media_type=CSV, headers={"Vary": "Accept, Accept-Language"})


def table_of(kind: type[BaseModel], items: Iterable[BaseModel]) -> Response:
    """The items of a list as CSV, with the fields of their schema as columns."""
    return table(list(kind.model_fields), [item.model_dump(mode="json") for item in items])


def _cell(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text
