"""Vehicles whose workflow may lag behind its row, and the mark by which a restored database or Temporal shows.

A caller whose message to a workflow has an unknown outcome writes the vehicle down; maintenance lets it read its row.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.postgres.database import Database

_NOTE = b"""
    INSERT INTO lagging_workflow (preselection_id, noted_at) VALUES (%(id)s, %(at)s)
    ON CONFLICT (preselection_id) DO UPDATE SET noted_at = excluded.noted_at
    RETURNING preselection_id
"""
_NOTED = b"SELECT preselection_id FROM lagging_workflow ORDER BY noted_at LIMIT 1000"
_FORGET = b"""
    DELETE FROM lagging_workflow WHERE preselection_id = ANY(%(ids)s) AND noted_at <= %(before)s
    RETURNING preselection_id
"""
# A retry of the same step finds the mark that it has set itself.
_ADVANCE = b"""
    UPDATE maintenance_mark SET number = %(next)s WHERE number IN (%(next)s - 1, %(next)s) RETURNING number
"""
_REPLACE = b"""
    INSERT INTO maintenance_mark AS mark (id, number) VALUES (1, %(next)s)
    ON CONFLICT (id) DO UPDATE SET number = greatest(mark.number, excluded.number) + 1
    RETURNING number
"""


class LaggingWorkflows:
    """Writes down and reads which vehicles are to read their rows again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, preselection_id: UUID, at: datetime) -> None:
        """Write down that this vehicle's workflow may not know what its row says."""
        await self._database.driven(_NOTE, {"id": preselection_id, "at": at})

    async def noted(self) -> list[UUID]:
        return [found for (found,) in await self._database.driven(_NOTED, {})]

    async def forget(self, ids: Sequence[UUID], before: datetime) -> None:
        """These have been sent the signal; what was noted after `before` stays."""
        await self._database.driven(_FORGET, {"ids": list(ids), "before": before})

    async def advance_mark(self, last: int | None) -> tuple[int, bool]:
        """Move the mark on from the one that Temporal knows; also returns whether both knew the same.

        They differ where either was restored to an earlier time, or lost.
        """
        following = (last or 0) + 1
        if last is not None and (advanced := await self._database.driven(_ADVANCE, {"next": following})):
            return int(advanced[0][0]), True
        [[number]] = await self._database.driven(_REPLACE, {"next": following})
        return int(number), False
