"""Connections that the hottest statements keep between calls, because checking one out takes longer than they do."""

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class KeptConnections:
    """A stack of connections in autocommit that stay checked out of the engine's pool, at most so many.

    Whoever takes one gives it back or closes it; beyond those that are kept, each call checks one out as usual.
    """

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._idle: list[AsyncConnection] = []

    async def take(self) -> AsyncConnection:
        return self._idle.pop() if self._idle else await self._engine.connect()

    async def give_back(self, connection: AsyncConnection) -> None:
        if len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            await connection.close()

    async def close(self) -> None:
        """Keep none any more, nor any that is still at work."""
        self._most = 0
        await self.let_go()

    async def let_go(self) -> None:
        """Give all that are idle back to the pool."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
