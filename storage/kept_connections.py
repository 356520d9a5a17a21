"""Connections that the hottest statements keep between calls, because checking one out takes longer than they do."""

import select
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


def driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The driver's own connection beneath the engine's."""
    sync_connection = connection.sync_connection
    driver = sync_connection.connection.driver_connection if sync_connection else None
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError("the engine's driver must be psycopg")
    return driver


def _has_hung_up(driver: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server has ended an idle connection; to look at the line costs no round trip."""
    if driver.closed:
        return True
    line = select.poll()
    line.register(driver.fileno(), select.POLLIN)
    try:
        while line.poll(0):
            driver.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


class KeptConnections:
    """A stack of connections in autocommit that stay checked out of the engine's pool, at most so many.

    Whoever takes one gives it back or drops it; beyond those that are kept, each call checks one out as usual.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._idle: list[AsyncConnection] = []

    @property
    def idle(self) -> int:
        return len(self._idle)

    async def take(self) -> AsyncConnection:
        """One on which the server has not hung up meanwhile."""
        while self._idle:
            connection = self._idle.pop()
            if not _has_hung_up(driver_of(connection)):
                return connection
            await self.forget(connection)
            await connection.close()
        return await self._engine.connect()

    async def give_back(self, connection: AsyncConnection) -> None:
        if len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            await connection.close()

    async def forget(self, connection: AsyncConnection) -> None:
        """Let nobody else get one that failed; nor, if it broke, any that is idle and has met the same end."""
        if driver_of(connection).broken:
            # Nothing is sent, but the engine sees it fail, and hands out no connection any more that is as old.
            with suppress(DBAPIError):
                await connection.exec_driver_sql("SELECT 1")
            await self.let_go()
        await connection.invalidate()

    async def close(self) -> None:
        """Keep none any more, nor any that is still at work."""
        self._most = 0
        await self.let_go()

    async def let_go(self) -> None:
        """Give all that are idle back to the pool."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
