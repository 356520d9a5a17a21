"""Locks that let decisions wait in the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from storage.postgres.database import Database
from tests.support.vehicles import Vehicle

LOCK = text("SELECT id FROM preselection WHERE id = :id FOR UPDATE")
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@asynccontextmanager
async def lock_row(vehicle: Vehicle) -> AsyncIterator[None]:
    """Lock the vehicle's row, so that decisions about it wait in the database."""
    async with vehicle.world.repositories.database.transaction(timeout_s=30) as connection:
        await connection.execute(LOCK, {"id": vehicle.id})
        yield


async def has_waiting_statements(database: Database, count: int) -> bool:
    """Whether this many statements wait for a lock."""
    found = await database.row(WAITING)
    return bool(found and found[0] >= count)
