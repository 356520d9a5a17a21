"""One clock: only process/clock.py reads the time of a machine, a database or Redis."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.rules.python_names import strings, uses
from tests.rules.source_files import Finding, as_list, findings, paths, text_of

CLOCKS = {
    "bench/processor_time.py": "The processor time of other processes, which is no time of day.",
    "process/clock.py": "The one clock.",
    "operations/diagnosis.py": "Compares the clock of this machine with the database's.",
    "storage/crypto/readers.py": "Each process reports how far its clock is off the database's.",
    "storage/postgres/clocks.py": "Compares the clock of a process with the database's.",
    "storage/postgres/audit_order.py": "A migration has no caller that could pass the time.",
    "storage/postgres/migrations/versions/2026_11_28_brief_answers.py": "A default for rows of the previous release.",
    "storage/postgres/migrations/versions/2026_11_29_audit_head.py": "A bound that no process's clock may pass.",
    "storage/preselections/tables.py": "The same default, for rows that the previous release writes during an upgrade.",
    "tests/rules/test_one_clock.py": "Examples of what is refused.",
    "tests/scenarios/acceptance/": "Tests of the contract from outside, which use no code of ours.",
    "tests/scenarios/attack/": "An attacker, who uses no code of ours.",
}
"""The files and folders that may read a clock, each with the reason."""
OF_SQLALCHEMY = ["now", "current_timestamp", "current_time", "current_date", "localtime", "localtimestamp"]
OF_SQLALCHEMY += ["clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday"]
READINGS = {
    *(f"datetime.{name}" for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")),
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "clock_gettime")),
    *(f"sqlalchemy.func.{name}" for name in OF_SQLALCHEMY),
}
IN_SQL = re.compile(
    r"\b(now|(clock|statement|transaction)_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(current_(timestamp|time|date)|localtime(stamp)?)\b",
    re.IGNORECASE,
)
IN_LUA = re.compile(r"""redis\.p?call\(\s*["']time["']|\bos\.(time|date|clock)\b""", re.IGNORECASE)


def clock_readings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    yield from ((line, name) for line, name in uses(tree) if name in READINGS)
    for line, text in strings(tree):
        found = IN_SQL.search(text) or IN_LUA.search(text)
        if found:
            yield line, found.group()


def clock_readings_in_text(text: str) -> Iterator[tuple[int, str]]:
    for line, code in enumerate(text.splitlines(), 1):
        found = IN_SQL.search(code) or IN_LUA.search(code)
        if found:
            yield line, found.group()


def test_only_the_clock_reads_the_clock() -> None:
    readings = [found for found in findings(clock_readings) if not found.path.startswith(tuple(CLOCKS))]
    assert not readings, as_list(readings)


def test_the_named_clocks_still_read_one() -> None:
    readings = {found.path for found in findings(clock_readings)}
    assert [clock for clock in CLOCKS if not any(path.startswith(clock) for path in readings)] == []


# Statements as modules of ours sent them; those modules are checked where they stand.
RECORDED = "tests/storage/statements/"


def test_no_script_of_redis_or_sql_reads_a_clock() -> None:
    scripts = [path for path in paths() if path.endswith((".lua", ".sql")) and not path.startswith(RECORDED)]
    readings = [Finding(path, *found) for path in scripts for found in clock_readings_in_text(text_of(path) or "")]
    assert scripts
    assert not readings, as_list(readings)


@pytest.mark.parametrize(
    "snippet",
    [
        "from datetime import datetime, UTC\nat = datetime.now(UTC)",
        "import datetime\nat = datetime.datetime.now(datetime.UTC)",
        "import datetime as dt\nat = dt.datetime.utcnow()",
        "from datetime import datetime as moment\nclock = moment.now",
        "from datetime import date\nday = date.today()",
        "from datetime import datetime\nday = datetime.today()",
        "import time\nat = time.time()",
        "import time\nat = time.time_ns()",
        "from time import time\nat = time()",
        "from time import time as seconds",
        "import time\nat = time.localtime()",
        "from sqlalchemy import func\ncolumn(default=func.now())",
        "import sqlalchemy as sa\ncolumn(server_default=sa.func.current_timestamp())",
        "query = 'DELETE FROM claim WHERE until < now()'",
        "query = f'UPDATE claim SET until = NOW() + {span}'",
        "query = b'SELECT CURRENT_TIMESTAMP'",
        "text('until timestamptz DEFAULT current_date')",
        "query = 'SELECT clock_timestamp()'",
        "script = \"local at = redis.call('TIME')[1]\"",
        "script = 'redis.pcall( \"time\" )'",
    ],
)
def test_a_reading_of_the_clock_is_caught(snippet: str) -> None:
    assert list(clock_readings(ast.parse(snippet)))


@pytest.mark.parametrize("script", ['local at = redis.call("TIME")', "local at = os.time()", "SELECT\n  now ()"])
def test_a_reading_of_the_clock_in_a_script_is_caught(script: str) -> None:
    assert list(clock_readings_in_text(script))


@pytest.mark.parametrize(
    "snippet",
    [
        "from temporalio import workflow\nat = workflow.now()",
        "import time\nbegan = time.monotonic() + time.perf_counter()",
        "from datetime import datetime\nat = datetime.fromisoformat(text)",
        "def read():\n    '''Never calls now() itself.'''",
        "at = visit.now()",
        "query = 'SELECT until FROM claim WHERE until < :now'",
    ],
)
def test_an_instant_that_was_given_is_no_reading(snippet: str) -> None:
    assert not list(clock_readings(ast.parse(snippet)))
