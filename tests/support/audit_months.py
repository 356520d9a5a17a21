"""Which months of the audit a statement reads."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Executable, text
from sqlalchemy.dialects import postgresql

from storage.postgres.database import Database


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes_of(part)


async def months_read(database: Database, statement: Executable) -> set[str]:
    """The tables of months in the statement's plan."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it.
    written = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined]  # Executable has it too.
    [[plan]] = await database.rows(text(f"EXPLAIN (FORMAT JSON) {str(written).replace(':', chr(92) + ':')}"))
    nodes = nodes_of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return {node["Relation Name"] for node in nodes if node.get("Relation Name", "").startswith("audit")}
