"""The client of PostgreSQL: one pool, short timeouts, and one definition of "unavailable".

A single statement runs in autocommit (no BEGIN, no COMMIT, no ping); the statements of a transaction commit together.
Every call raises `DependencyUnavailable("database")` when the server does not respond in time. A caller must not repeat
a write without a key then: the server may have executed it.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import Executable, Row, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

from domain.dependencies import DependencyUnavailable
from storage.postgres.driver_connections import Driver, driver_of
from storage.postgres.engine import POOL_SECONDS, make_engine
from storage.postgres.kept_connections import KeptConnections
from storage.postgres.outages import leave_if_outdated, translate_database_errors

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
        self._answered_at = float("-inf")
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
        async with self._kept_connection() as connection:
            cursor = await driver_of(connection).execute(query, parameters)
            # Equivalent to having a description, which the driver builds again for each access.
            return [] if cursor.rownumber is None else await cursor.fetchall()

    @asynccontextmanager
    async def transaction(self, *, timeout_s: float = TIMEOUT) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that commits when the block ends and rolls back when it raises.

        `timeout_s`, in seconds, may be longer for background work such as reading all claims of a prefix.
        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        with translate_database_errors(self._has_answered):
            async with (
                self._transactional.connect() as connection,
                _sever_at(deadline, driver_of(connection)),
                connection.begin(),
                leave_if_outdated(driver_of(connection)),
            ):
                if timeout_s > TIMEOUT:
                    await connection.execute(_LONGER_TIMEOUT, {"milliseconds": str(int(timeout_s * 1000))})
                yield connection
            self._answered_at = asyncio.get_running_loop().time()

    @asynccontextmanager
    async def raw_transaction(self) -> AsyncIterator[Driver]:
        """A transaction with the driver; statements are sent together, up to one whose rows are read."""
        async with self._kept_connection() as connection:
            driver = driver_of(connection)
            async with driver.pipeline(), driver.transaction():
                yield driver

    async def ping(self) -> None:
        """Return when the server responds; raises `DependencyUnavailable`."""
        await self.rows(text("SELECT 1"))

    async def _rows(self, statement: Executable, parameters: Parameters | None) -> list[Row[*tuple[Any, ...]]]:
        async with self._kept_connection() as connection:
            result = await connection.execute(statement, parameters)
            return list(result.all()) if result.returns_rows else []

    async def _take(self) -> AsyncConnection:
        if self.observe_wait is None:
            return await self._kept.take()
        started = asyncio.get_running_loop().time()
        connection = await self._kept.take()
        self.observe_wait(asyncio.get_running_loop().time() - started)
        return connection

    @asynccontextmanager
    async def _kept_connection(self) -> AsyncIterator[AsyncConnection]:
        """An autocommit connection; the wait for it and the block have `TIMEOUT` together."""
        deadline = asyncio.get_running_loop().time() + TIMEOUT
        with translate_database_errors(self._has_answered):
            connection = await self._take()
            alarm = asyncio.get_running_loop().call_at(deadline, _sever, driver_of(connection))
            try:
                async with leave_if_outdated(driver_of(connection)):
                    yield connection
                self._answered_at = asyncio.get_running_loop().time()
            finally:
                alarm.cancel()
                await self._kept.give_back(connection)

    def _has_answered(self) -> bool:
        """Whether the server has answered anybody while a caller waited for a connection."""
        return asyncio.get_running_loop().time() - self._answered_at < POOL_SECONDS


@asynccontextmanager
async def _sever_at(deadline: float, driver: Driver) -> AsyncIterator[None]:
    """Close the connection at the deadline, so that the waiting task gets an error and the pool a new connection.

    Cancelling the waiting task instead would send a cancel request to the silent server and wait for it.
    """
    alarm = asyncio.get_running_loop().call_at(deadline, _sever, driver)
    try:
        yield
    finally:
        alarm.cancel()


def _sever(driver: Driver) -> None:
    with suppress(OSError, psycopg.Error):
        line = socket.fromfd(driver.fileno(), socket.AF_UNIX, socket.SOCK_STREAM)
        with line:
            line.shutdown(socket.SHUT_RDWR)
