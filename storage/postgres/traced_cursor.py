"""A span for each statement of a traced request, whether SQLAlchemy or the driver executes it; never its parameters."""

import re
from functools import lru_cache
from typing import Any

from opentelemetry.trace import SpanKind, Tracer, get_current_span
from psycopg import AsyncCursor

_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE)\s+(?:INTO |FROM )?([a-z_]+)")
_READS = re.compile(r"\s*([A-Za-z]+)(?:.*?\bFROM\s+([a-z_]+))?", re.DOTALL)


@lru_cache(maxsize=1024)
def summary_of(query: str | bytes) -> str:
    """Its first write, or its first word and table, such as `SELECT preselection`: few names, and none of a person."""
    text = query.decode() if isinstance(query, bytes) else query
    found = _WRITES.search(text) or _READS.match(text)
    return " ".join(filter(None, found.groups())) if found else "statement"


def traced_cursor(tracer: Tracer) -> type[AsyncCursor[Any]]:
    """The cursor for connections of a process that has traces."""

    class TracedCursor(AsyncCursor[Any]):
        async def execute(self, query: Any, *args: Any, **options: Any) -> "TracedCursor":
            # What nobody's request has caused, such as the work of every second, is no trace.
            if not get_current_span().is_recording():
                return await super().execute(query, *args, **options)
            name = summary_of(query) if isinstance(query, str | bytes) else "statement"
            with tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes={"db.system.name": "postgresql"}):
                return await super().execute(query, *args, **options)

    return TracedCursor
