"""Connections that the hottest statements keep between calls, because checking one out takes longer than they do."""

from contextlib import suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.postgres.driver_connections import driver_of, has_hung_up


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
