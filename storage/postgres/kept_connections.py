"""Connections that the most frequent statements keep between calls, because a checkout takes longer than they do."""

from contextlib import suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.postgres.driver_connections import driver_of, has_hung_up


class KeptConnections:
    """A stack of autocommit connections that stay checked out of the engine's pool, up to a limit.

    A caller returns or drops its connection; above the limit each call checks one out as usual.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._idle: list[AsyncConnection] = []

    @property
    def idle(self) -> int:
        return len(self._idle)

    async def take(self) -> AsyncConnection:
        """Take a connection that the server has not closed."""
        while self._idle:
            connection = self._idle.pop()
            if not has_hung_up(driver_of(connection)):
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
        """Drop a failed connection; if it broke, also all idle connections that the server has closed."""
        if driver_of(connection).broken:
            # Nothing is sent, but the engine sees a failure, and discards all connections of the same age.
            with suppress(DBAPIError):
                await connection.exec_driver_sql("SELECT 1")
            await self.let_go()
        await connection.invalidate()

    async def close(self) -> None:
        """Keep no more connections, including those that are still in use."""
        self._most = 0
        await self.let_go()

    async def let_go(self) -> None:
        """Return all idle connections to the pool."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
