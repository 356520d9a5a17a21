"""Reading claims. They are written by decisions only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, not_, select

from storage import tables
from storage.database import Database
from storage.decisions import Claim

_claim = tables.claim.c


class Claims:
    """What is claimed at a moment; a claim whose time is over is none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def live(self, plates: Sequence[str], at: datetime) -> list[Claim]:
        """The claims on these plates, whoever has them."""
        found = await self._database.rows(_live(plates, at))
        return [Claim(*row) for row in found]

    async def taken_by_others(self, plates: Sequence[str], preselection_id: str, at: datetime) -> set[str]:
        """Those of the plates that this preselection cannot have; its own offers and candidates it can."""
        own_hold = and_(_claim.preselection_id == UUID(preselection_id), _claim.kind.in_(("offered", "candidate")))
        found = await self._database.rows(_live(plates, at).where(not_(own_hold).is_not(False)))
        return {row.plate for row in found}


def _live(plates: Sequence[str], at: datetime) -> Select[tuple[str, str, datetime]]:
    return select(_claim.plate, _claim.kind, _claim.until).where(_claim.plate.in_(plates), _claim.until > at)
