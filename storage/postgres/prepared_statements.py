"""Prepared statements that are executed below the driver's cursors.

A cursor takes more processor time than most of our statements, and a decision has two. Conversions, waiting and errors
are the driver's; what is left out is the cursor, its bookkeeping and its search for placeholders.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg import generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from storage.postgres.driver_connections import Driver

MOST = 200
"""Statements of one connection, each of which takes memory of the server."""

_PLACEHOLDER = re.compile(rb"%\((\w+)\)s|%(%)")

Rows = list[tuple[Any, ...]]
Key = tuple[bytes, tuple[int, ...]]
"""A statement, and the types of its parameters."""


class PreparedStatements:
    """Those of one connection in autocommit, whose session nobody else uses."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._names: dict[Key, bytes] = {}
        self._seen: set[Key] = set()
        self._numbers = count()

    async def fetch(self, query: bytes, parameters: Mapping[str, Any]) -> Rows:
        """The rows of a statement, none for one that returns none. Raises the driver's errors."""
        text, order = with_numbers(query)
        transformer = Transformer(self._driver)
        values = transformer.dump_sequence([parameters[name] for name in order], [PyFormat.AUTO] * len(order))
        key = query, transformer.types or ()
        name = self._names.get(key) or await self._prepare_repeated(key, text)
        if name is None:
            return await fetch_with_cursor(self._driver, query, parameters)
        self._driver.pgconn.send_query_prepared(name, values, transformer.formats)
        try:
            result = await self._result()
        except InvalidSqlStatementName:
            # The driver lets the server forget all statements after a rollback. Nothing has been executed.
            self._names.clear()
            return await fetch_with_cursor(self._driver, query, parameters)
        if result.status != ExecStatus.TUPLES_OK:
            return []
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    async def _prepare_repeated(self, key: Key, text: bytes) -> bytes | None:
        """Prepare a statement that was executed once already, and return its name; None for any other."""
        if key not in self._seen or len(self._names) >= MOST:
            self._seen.add(key)
            return None
        name = b"ours_%d" % next(self._numbers)
        self._driver.pgconn.send_prepare(name, text, key[1])
        await self._result()
        self._names[key] = name
        return name

    async def _result(self) -> PGresult:
        """The server's answer to what was sent. Raises its error."""
        results: list[PGresult] = await self._driver.wait(generators.execute(self._driver.pgconn))
        result = results[-1]
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise error_from_result(result, self._driver.info.encoding)
        return result


async def fetch_with_cursor(driver: Driver, query: bytes, parameters: Mapping[str, Any]) -> Rows:
    """The same with a cursor of the driver."""
    cursor = await driver.execute(query, parameters)
    # Equivalent to having a description, which the driver builds again for each access.
    return [] if cursor.rownumber is None else await cursor.fetchall()


@lru_cache(maxsize=512)
def with_numbers(query: bytes) -> tuple[bytes, Sequence[str]]:
    """The statement as the server takes it, with `$1` for the first placeholder, and the placeholders' names."""
    names: dict[str, int] = {}

    def number(found: re.Match[bytes]) -> bytes:
        if found[2]:
            return found[2]
        return b"$%d" % names.setdefault(found[1].decode(), len(names) + 1)

    return _PLACEHOLDER.sub(number, query), tuple(names)
