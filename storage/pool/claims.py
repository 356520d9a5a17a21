"""Reading claims. They are written by decisions only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.postgres.database import Database
from storage.preselections.decisions import Claim

_LIVE = b"SELECT plate, kind, until FROM claim WHERE plate = ANY(CAST(%(plates)s AS text[])) AND until > %(at)s"
_OTHERS = b"""
    SELECT plate FROM claim
    WHERE plate = ANY(CAST(%(plates)s AS text[])) AND until > %(at)s
      AND NOT (preselection_id IS NOT DISTINCT FROM %(preselection_id)s AND kind IN ('offered', 'candidate'))
"""


class Claims:
    """The live claims at an instant; an expired claim does not count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def live(self, plates: Sequence[str], at: datetime) -> list[Claim]:
        """The claims on these plates, of all vehicles."""
        found = await self._database.fetch_raw(_LIVE, {"plates": list(plates), "at": at})
        return [Claim(*row) for row in found]

    async def plates_of_others(self, plates: Sequence[str], preselection_id: str, at: datetime) -> set[str]:
        """The plates that this preselection can't have; it can have its own offered numbers and candidates."""
        values = {"plates": list(plates), "at": at, "preselection_id": UUID(preselection_id)}
        return {plate for (plate,) in await self._database.fetch_raw(_OTHERS, values)}
