"""A kept connection for the time of one call."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.postgres.driver_connections import Driver, driver_of
from storage.postgres.engine import POOL_SECONDS
from storage.postgres.kept_connections import KeptConnections
from storage.postgres.outages import FAILURES, as_unavailable, leave_after, translate_database_errors


class Answers:
    """When the server last answered anybody."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def note(self) -> None:
        self._last = asyncio.get_running_loop().time()

    def are_recent(self) -> bool:
        """Whether there was one while a caller waited for a connection."""
        return asyncio.get_running_loop().time() - self._last < POOL_SECONDS


class BorrowedConnection:
    """An autocommit connection inside `async with`; the wait for it and the block have `timeout_s` seconds together.

    Raises `DependencyUnavailable("database")` as `translate_database_errors` does. It is one class instead of a context
    manager for each of these duties, because a statement takes hardly longer than three such managers.
    """

    __slots__ = ("_alarm", "_answers", "_connection", "_kept", "_observe_wait", "_timeout_s", "driver")

    def __init__(
        self,
        kept: KeptConnections,
        answers: Answers,
        timeout_s: float,
        observe_wait: Callable[[float], object] | None,
    ) -> None:
        """`observe_wait` gets the seconds of the wait for the connection."""
        self._kept = kept
        self._answers = answers
        self._timeout_s = timeout_s
        self._observe_wait = observe_wait

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        started = loop.time()
        with translate_database_errors(self._answers.are_recent):
            self._connection = await self._kept.take()
        if self._observe_wait is not None:
            self._observe_wait(loop.time() - started)
        self.driver = driver_of(self._connection)
        self._alarm = loop.call_at(started + self._timeout_s, sever, self.driver)
        return self

    @property
    def connection(self) -> AsyncConnection:
        """The engine's connection above the driver's."""
        return self._connection

    async def __aexit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        if error is None:
            self._answers.note()
        else:
            leave_after(error, self.driver)
        with translate_database_errors(self._answers.are_recent):
            await self._kept.give_back(self._connection)
        if isinstance(error, FAILURES) and (unavailable := as_unavailable(error, self._answers.are_recent)):
            raise unavailable from error


@asynccontextmanager
async def sever_at(deadline: float, driver: Driver) -> AsyncIterator[None]:
    """Close the connection at the deadline, so that the waiting task gets an error and the pool a new connection.

    Cancelling the waiting task instead would send a cancel request to the silent server and wait for it.
    """
    alarm = asyncio.get_running_loop().call_at(deadline, sever, driver)
    try:
        yield
    finally:
        alarm.cancel()


def sever(driver: Driver) -> None:
    """Close the line to the server, whatever waits for it."""
    with suppress(OSError, psycopg.Error):
        line = socket.fromfd(driver.fileno(), socket.AF_UNIX, socket.SOCK_STREAM)
        with line:
            line.shutdown(socket.SHUT_RDWR)
