"""The client of PostgreSQL: one pool, short timeouts, and one definition of "unavailable".

A single statement runs in autocommit (no BEGIN, no COMMIT, no ping); the statements of a transaction commit together.
Every call raises `DependencyUnavailable("database")` when the server does not respond in time. A caller must not repeat
a write without a key then: the server may have executed it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Executable, Row, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

from domain.dependencies import DependencyUnavailable
from storage.postgres.borrowed_connection import Answers, BorrowedConnection, sever_at
from storage.postgres.driver_connections import Driver, driver_of
from storage.postgres.engine import make_engine
from storage.postgres.kept_connections import KeptConnections
from storage.postgres.outages import leave_if_outdated, translate_database_errors
from storage.postgres.prepared_statements import PreparedStatements, fetch_with_cursor

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

TIMEOUT = 3.0
"""Seconds after which a server without a response counts as unavailable (api.md, Conventions)."""

# A pooled connection that was already dead fails at once; anything slower is a server that does not respond.
_FAILED_AT_ONCE = 0.5

# Statements over ranges of rows take longer, and their plans depend on the parameters.
_LONGER_TIMEOUT = text("""
    SELECT set_config('statement_timeout', :milliseconds, true), set_config('plan_cache_mode', 'auto', true)
""")

Parameters = Mapping[str, Any]


class Database:
    """The pool, statements and transactions. Close it when the process ends.

    `rows`, `row` and `transaction` take statements of SQLAlchemy; `fetch_raw`, `execute_raw` and `raw_transaction` use
    the driver directly, for the most frequent statements.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        application_name: str = "xuanhao",
        transaction_pooling: bool = False,
        tracer: "Tracer | None" = None,
    ) -> None:
        self.engine = make_engine(
            url, pool_size, application_name, transaction_pooling=transaction_pooling, tracer=tracer
        )
        self._transactional = self.engine.execution_options(isolation_level="READ COMMITTED")
        self._of_one_instant = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._answers = Answers()
        # A pooler's sessions keep no statements, and traces are made by the cursors.
        self._prepared: WeakKeyDictionary[Driver, PreparedStatements] | None = (
            None if transaction_pooling or tracer else WeakKeyDictionary()
        )
        # The other half is for transactions.
        self._kept = KeptConnections(self.engine, most=pool_size // 2)
        self.observe_wait: Callable[[float], object] | None = None
        """Gets the seconds of each wait for a connection, for metrics."""

    @property
    def at_work(self) -> int:
        """The number of connections in use."""
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            raise TypeError("the engine's pool must be a queue")
        return pool.checkedout() - self._kept.idle

    async def close(self) -> None:
        await self._kept.close()
        await self.engine.dispose()

    async def rows(self, statement: Executable, parameters: Parameters | None = None) -> list[Row[*tuple[Any, ...]]]:
        """All rows of one statement that may be executed twice: a read, or a write that is protected by a key.

        It is retried once if the pooled connection was dead: a restarted server costs no caller an error.
        """
        started = asyncio.get_running_loop().time()
        try:
            return await self._rows(statement, parameters)
        except DependencyUnavailable:
            if asyncio.get_running_loop().time() - started > _FAILED_AT_ONCE:
                raise
            return await self._rows(statement, parameters)

    async def row(self, statement: Executable, parameters: Parameters | None = None) -> Row[*tuple[Any, ...]] | None:
        """The first row of `rows`, or None."""
        found = await self.rows(statement, parameters)
        return found[0] if found else None

    async def fetch_raw(self, query: bytes, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Like `rows`, with the driver. `query` has its placeholders, `%(name)s`.

        Raises the driver's own `psycopg.IntegrityError`.
        """
        started = asyncio.get_running_loop().time()
        try:
            return await self.execute_raw(query, parameters)
        except DependencyUnavailable:
            if asyncio.get_running_loop().time() - started > _FAILED_AT_ONCE:
                raise
            return await self.execute_raw(query, parameters)

    async def execute_raw(self, query: bytes, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Like `fetch_raw`, for statements that must not be executed twice: it never retries."""
        async with self._borrow() as borrowed:
            driver = borrowed.driver
            if self._prepared is None:
                return await fetch_with_cursor(driver, query, parameters)
            if (prepared := self._prepared.get(driver)) is None:
                prepared = self._prepared[driver] = PreparedStatements(driver)
            return await prepared.fetch(query, parameters)

    @asynccontextmanager
    async def transaction(
        self, *, timeout_s: float = TIMEOUT, of_one_instant: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that commits when the block ends and rolls back when it raises.

        `timeout_s`, in seconds, may be longer for background work such as reading all claims of a prefix. With
        `of_one_instant` all its statements read the same snapshot.
        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        with translate_database_errors(self._answers.are_recent):
            async with (
                (self._of_one_instant if of_one_instant else self._transactional).connect() as connection,
                sever_at(deadline, driver_of(connection)),
                connection.begin(),
            ):
                with leave_if_outdated(driver_of(connection)):
                    if timeout_s > TIMEOUT:
                        await connection.execute(_LONGER_TIMEOUT, {"milliseconds": str(int(timeout_s * 1000))})
                    yield connection
            self._answers.note()

    @asynccontextmanager
    async def raw_transaction(self) -> AsyncIterator[Driver]:
        """A transaction with the driver; statements are sent together, up to one whose rows are read."""
        async with self._borrow() as borrowed, borrowed.driver.pipeline(), borrowed.driver.transaction():
            yield borrowed.driver

    async def ping(self) -> None:
        """Return when the server responds; raises `DependencyUnavailable`."""
        await self.rows(text("SELECT 1"))

    async def _rows(self, statement: Executable, parameters: Parameters | None) -> list[Row[*tuple[Any, ...]]]:
        async with self._borrow() as borrowed:
            result = await borrowed.connection.execute(statement, parameters)
            return list(result.all()) if result.returns_rows else []

    def _borrow(self) -> BorrowedConnection:
        return BorrowedConnection(self._kept, self._answers, TIMEOUT, self.observe_wait)
