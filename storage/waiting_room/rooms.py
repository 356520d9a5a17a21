"""The hours of waiting rooms, as rows: they outlive Redis."""

from datetime import datetime

from sqlalchemy import insert, select

from domain.waiting_room import WaitingRoom
from storage.audit.trail import Act, note
from storage.postgres.database import Database
from storage.postgres.tables import office
from storage.waiting_room.tables import waiting_room

_COLUMNS = [waiting_room.c[name] for name in ("id", "office_code", "opens_at", "closes_at")]


class WaitingRooms:
    """Reads and writes the hours of waiting rooms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ending_after(self, at: datetime) -> list[WaitingRoom]:
        """All that have not closed, by their opening."""
        query = select(*_COLUMNS).where(waiting_room.c.closes_at > at).order_by(waiting_room.c.opens_at)
        return [WaitingRoom(*row) for row in await self._database.rows(query)]

    async def open(self, room: WaitingRoom, act: Act) -> bool | None:
        """Write the hour and the act. False if it overlaps another one of the office, None for an unknown office.

        A repeat of the request opens nothing.
        """
        async with self._database.transaction() as connection:
            # Rooms of one office are opened one after the other.
            locked = select(office.c.code).where(office.c.code == room.office_code).with_for_update(key_share=True)
            if (await connection.execute(locked)).one_or_none() is None:
                return None
            columns = waiting_room.c
            overlapping = select(columns.id).where(
                columns.office_code == room.office_code,
                columns.opens_at < room.closes_at,
                columns.closes_at > room.opens_at,
            )
            found = set((await connection.execute(overlapping)).scalars())
            if found:
                return found == {room.id}
            await connection.execute(insert(waiting_room).values(vars(room)))
            await note(
                connection,
                act,
                "open_waiting_room",
                office_code=room.office_code,
                opens_at=room.opens_at,
                closes_at=room.closes_at,
            )
        return True
