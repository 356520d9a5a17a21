"""Counts how fair each waiting room was, after its end and before Redis forgets its places."""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from domain.waiting_room import RoomFigures, WaitingRoom
from storage.postgres.database import Database
from storage.waiting_room.places import WaitingPlaces
from storage.waiting_room.tables import waiting_room

_SETTLED, _FORGOTTEN = timedelta(minutes=1), timedelta(hours=1)
"""A process may give places for a second longer; Redis keeps them for an hour."""


class RoomMeasure:
    """Raises `DependencyUnavailable`."""

    def __init__(self, database: Database, places: WaitingPlaces) -> None:
        self._database = database
        self._places = places

    async def count_ended(self, at: datetime) -> int:
        """Store the figures of rooms that have ended; returns their number. A repeat counts none again."""
        ended = await self._list_ended_rooms(at)
        counted = 0
        for room in ended:
            arrivals = await self._places.by_place(room)
            # Without any place nobody came, or Redis was lost: either way nothing can be said.
            if arrivals:
                figures = asdict(RoomFigures.of(arrivals))
                stored = update(waiting_room).where(waiting_room.c.id == room.id).values(figures=figures)
                await self._database.rows(stored)
                counted += 1
        return counted

    async def _list_ended_rooms(self, at: datetime) -> list[WaitingRoom]:
        columns = waiting_room.c
        end = func.coalesce(columns.closed_at, columns.closes_at)
        wanted = select(columns.id, columns.office_code, columns.opens_at, columns.closes_at).where(
            columns.figures.is_(None),
            # One that was cancelled before it opened gave nobody a place.
            end > columns.opens_at,
            end <= at - _SETTLED,
            columns.closes_at > at - _FORGOTTEN,
        )
        return [WaitingRoom(*row) for row in await self._database.rows(wanted)]
