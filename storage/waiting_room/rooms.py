"""The hours of waiting rooms, as rows: they outlive Redis."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, update

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
        query = select(*_COLUMNS).where(*_not_closed(at)).order_by(waiting_room.c.opens_at)
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
                *_not_closed(room.opens_at),
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

    async def close(self, closing_id: UUID, office_code: str, act: Act) -> WaitingRoom | None:
        """Close the office's room that is open or opens next, from now on; a repeat closes no other one."""
        columns = waiting_room.c
        async with self._database.transaction() as connection:
            closed = select(*_COLUMNS).where(columns.closing_id == closing_id, columns.office_code == office_code)
            if done := (await connection.execute(closed)).one_or_none():
                return WaitingRoom(*done)
            live = select(*_COLUMNS).where(columns.office_code == office_code, *_not_closed(act.at))
            row = (await connection.execute(live.order_by(columns.opens_at).limit(1).with_for_update())).one_or_none()
            if row is None:
                return None
            room = WaitingRoom(*row)
            change = {"closed_at": act.at, "closing_id": closing_id}
            await connection.execute(update(waiting_room).where(columns.id == room.id).values(change))
            await note(
                connection,
                act,
                "close_waiting_room",
                office_code=room.office_code,
                opens_at=room.opens_at,
                closes_at=room.closes_at,
            )
        return room


def _not_closed(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return waiting_room.c.closes_at > at, waiting_room.c.closed_at.is_(None)
