"""The blacklist in the database, and the workflow that ends a ban."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from storage.postgres.tables import blacklist
from tests.support.vehicles import MARGIN, Vehicle
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.messages import blacklist_workflow_id


@dataclass(frozen=True)
class BanRow:
    id: UUID
    since: datetime
    until: datetime
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None


async def bans_of(vehicle: Vehicle) -> list[BanRow]:
    """The entries of the vehicle's party, oldest first."""
    columns, party = blacklist.c, (await vehicle.row()).party_hash
    shown = [columns.id, columns.since, columns.until, columns.released_at, columns.released_by, columns.release_reason]
    found = await vehicle.world.repositories.database.rows(
        select(*shown).where(columns.party_hash == party).order_by(columns.since)
    )
    return [BanRow(*row) for row in found]


async def ban_of(vehicle: Vehicle) -> BanRow:
    """The only ban of the party, once it exists."""
    [ban] = await eventually(lambda: bans_of(vehicle))
    return ban


@dataclass(frozen=True)
class BanRun:
    """The workflow of a ban, with a separate clock."""

    world: World
    entry_id: UUID

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.world.client.get_workflow_handle(blacklist_workflow_id(str(self.entry_id)))

    async def skip_past(self, instant: datetime) -> None:
        await self.skip(instant - await self.world.time().get_current_time(self.handle))

    async def skip(self, duration: timedelta) -> None:
        await self.world.time().fast_forward(self.handle, duration + MARGIN)

    async def begins(self) -> None:
        await eventually(self._status)

    async def wait_for_end(self) -> None:
        async def is_completed() -> bool:
            return await self._status() is WorkflowExecutionStatus.COMPLETED

        await eventually(is_completed)

    async def runs(self) -> bool:
        return await self._status() is WorkflowExecutionStatus.RUNNING

    async def _status(self) -> WorkflowExecutionStatus | None:
        try:
            return (await self.handle.describe()).status
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
