"""Plugin of pytest (`make statements`): writes each statement of the code that the tests execute, once, to a file.

A statement of a test is left out. Several processes record together. Lists of parameters of different lengths are the
same statement.
"""

import os
import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from psycopg import AsyncCursor
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from psycopg.postgres import types

ROOT = Path(__file__).parents[2]
_OWN = str(ROOT) + os.sep
_CLIENT = str(ROOT / "storage" / "postgres" / "database.py")
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_LIST = re.compile(r"\$\d+(?:::[A-Za-z\[\]]+)?(?:, \$\d+(?:::[A-Za-z\[\]]+)?)*")
_RECORDED = "statements"
_ROWS = re.compile(r"\(\$\)(?:, \(\$\))+")

recorded: dict[str, str] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--statements", required=True, help="the file to write")


def pytest_configure() -> None:
    execute = AsyncCursor.execute

    async def execute_recorded(cursor: AsyncCursor[Any], query: Any, params: Any = None, **options: Any) -> Any:
        if is_of_our_code(sys._getframe(1)):
            record(cursor, query, params)
        return await execute(cursor, query, params, **options)

    AsyncCursor.execute = execute_recorded  # type: ignore[method-assign, assignment] # the driver has no hook


def pytest_testnodedown(node: Any) -> None:
    """What one of several processes has recorded."""
    for key, text in node.workeroutput.get(_RECORDED, {}).items():
        recorded.setdefault(key, text)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_RECORDED] = recorded
        return
    lines = [text for _, text in sorted(recorded.items())]
    Path(session.config.getoption("--statements")).write_text("\n\n".join(lines) + "\n", "utf-8")


def is_of_our_code(frame: FrameType | None) -> bool:
    """Whether the nearest function of this project, apart from the client of PostgreSQL, is none of the tests."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_OWN) and file != _CLIENT and f"{os.sep}.venv{os.sep}" not in file:
            return not file.startswith(_OWN + "tests")
        frame = frame.f_back
    return False


def record(cursor: AsyncCursor[Any], query: Any, params: Any) -> None:
    converted = PostgresQuery(Transformer(cursor))
    converted.convert(query, params)
    text = " ".join(converted.query.decode().split())
    if not text.startswith(_VERBS):
        return
    names = ", ".join(type_name(oid) for oid in converted.types)
    key = _ROWS.sub("($)", _LIST.sub("$", text))
    recorded.setdefault(key, f"PREPARE statement{f' ({names})' if names else ''} AS\n{text};")


def type_name(oid: int) -> str:
    found = types.get(oid)
    if found is None:
        return "unknown"
    return f"{found.regtype}[]" if found.array_oid == oid else found.regtype
