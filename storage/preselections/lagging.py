"""Vehicles whose workflow may lag behind its row, and the mark that shows a restored database or Temporal.

A caller whose message to a workflow has an unknown outcome records the vehicle; maintenance makes it reread its row.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.dependencies import DependencyUnavailable
from storage.postgres.database import Database
from storage.postgres.marks import set_first_mark
from storage.preselections.tables import lagging_workflow, maintenance_mark

_MOST = 1000
_PAUSES_S = (0, 1, 3, 10, 30)

log = structlog.get_logger("requests")


class LaggingWorkflows:
    """Records the vehicles that must reread their rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noting: set[asyncio.Task[None]] = set()

    def note_soon(self, preselection_id: UUID, at: datetime) -> None:
        """Write it down while the caller is answered; a database that is unavailable is tried again for a while."""
        task = asyncio.create_task(self._note_repeatedly(preselection_id, at))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _note_repeatedly(self, preselection_id: UUID, at: datetime) -> None:
        for pause in _PAUSES_S:
            await asyncio.sleep(pause)
            with suppress(DependencyUnavailable):
                await self.note(preselection_id, at)
                return
        log.warning("lagging workflow not noted", preselection_id=str(preselection_id))

    async def note(self, preselection_id: UUID, at: datetime) -> None:
        """Record that this vehicle's workflow may lag behind its row."""
        noting = insert(lagging_workflow).values(preselection_id=preselection_id, noted_at=at)
        again = {"noted_at": noting.excluded.noted_at}
        await self._database.rows(noting.on_conflict_do_update(index_elements=["preselection_id"], set_=again))

    async def list_ids(self) -> list[UUID]:
        columns = lagging_workflow.c
        found = await self._database.rows(select(columns.preselection_id).order_by(columns.noted_at).limit(_MOST))
        return [preselection_id for (preselection_id,) in found]

    async def forget(self, ids: Sequence[UUID], before: datetime) -> None:
        """Remove vehicles that were signalled; those that were recorded after `before` stay."""
        columns = lagging_workflow.c
        await self._database.rows(
            delete(lagging_workflow).where(columns.preselection_id.in_(ids), columns.noted_at <= before)
        )

    async def advance_mark(self, last: int | None) -> tuple[int, bool]:
        """Increment the mark, starting from Temporal's; also returns whether database and Temporal had the same.

        They differ if one of them was restored to an earlier time, or lost. A new installation has neither.
        """
        number, following = maintenance_mark.c.number, (last or 0) + 1
        first = set_first_mark(maintenance_mark, following)
        if last is None and (made := await self._database.row(first.on_conflict_do_nothing().returning(number))):
            return int(made[0]), True
        if last is not None:
            # A retry of the same step finds the mark that it has already set.
            advance = update(maintenance_mark).where(number.in_((last, following))).values(number=following)
            if advanced := await self._database.row(advance.returning(number)):
                return int(advanced[0]), True
        replace = first.on_conflict_do_update(
            index_elements=["id"], set_={"number": func.greatest(number, first.excluded.number) + 1}
        )
        [[replaced]] = await self._database.rows(replace.returning(number))
        return int(replaced), False
