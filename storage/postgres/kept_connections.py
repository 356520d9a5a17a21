"""Connections that stay checked out between calls, because a checkout takes longer than most statements."""

from contextlib import suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.postgres.driver_connections import driver_of, has_hung_up, is_reusable


class KeptConnections:
    """A stack of autocommit connections that stay checked out of the engine's pool, up to a limit.

    A caller gives its connection back; above the limit each call checks one out as usual.
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
            await self._discard(connection)
        return await self._engine.connect()

    async def give_back(self, connection: AsyncConnection) -> None:
        """Keep the connection for the next call, or return it to the pool; one that failed is discarded."""
        if connection.invalidated or not is_reusable(driver_of(connection)):
            return await self._discard(connection)
        if connection.in_transaction():
            # Nothing is sent: it is in autocommit, and only SQLAlchemy regards its statements as a transaction.
            await connection.rollback()
        if len(self._idle) < self._most:
            return self._idle.append(connection)
        return await connection.close()

    async def _discard(self, connection: AsyncConnection) -> None:
        """Discard a connection; if it broke, also all connections of its age, and return the idle ones to the pool."""
        if not connection.invalidated and driver_of(connection).broken:
            # Nothing is sent, but the engine sees a failure, and discards all connections of the same age.
            with suppress(DBAPIError):
                await connection.exec_driver_sql("SELECT 1")
        await connection.invalidate()
        await connection.close()
        await self._return_idle()

    async def close(self) -> None:
        """Keep no more connections, including those that are still in use."""
        self._most = 0
        await self._return_idle()

    async def _return_idle(self) -> None:
        """Return all idle connections to the pool."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
