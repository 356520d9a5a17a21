"""Lets time pass: every workflow with a countdown that ends until then is moved to that instant."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from domain.policy import Policy
from domain.preselection.deadlines import changes_at, timers
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from tests.scenarios.years.system import SimulatedService
from workflows.messages import appeal_workflow_id, blacklist_workflow_id, vehicle_workflow_id

AT_ONCE = 24
ASK_EVERY_S = 0.1
SETTLED_WITHIN_S = 180.0
_RUNNING = (
    "SELECT id, state, policy FROM preselection WHERE NOT dormant"
    " AND stage IN ('service_notes', 'identity_verification', 'plate_selection', 'completed')"
)
_BANS = "SELECT id FROM blacklist WHERE released_at IS NULL AND until <= %s"
_APPEALS = "SELECT id FROM appeal WHERE state = 'open' AND late_at IS NULL AND decide_by <= %s"
_UNBARRED = (
    "SELECT id FROM preselection p WHERE stage = 'overdue' AND deadline > %s AND NOT EXISTS"
    " (SELECT FROM audit WHERE preselection_id = p.id AND action IN ('bar', 'extend_ban'))"
)


@dataclass
class Passing:
    service: SimulatedService

    async def until(self, at: datetime) -> int:
        """Everything that ends until `at` has had its effect; then it is `at`. Raises `TimeoutError`.

        Returns the number of workflows whose time was skipped.
        """
        began, due = self.service.clock(), list[str]()
        try:
            async with asyncio.timeout(SETTLED_WITHIN_S):
                due = await self._due(at, began)
                await self._move(due, at)
                # A workflow may still be at work when its time has passed.
                while late := await self._due(at):
                    await asyncio.sleep(ASK_EVERY_S)
                    await self._move(late, at)
                while await self._rows(_UNBARRED, began):  # noqa: ASYNC110 -- no event of this process says when it ends.
                    await asyncio.sleep(ASK_EVERY_S)
        finally:
            self.service.clock.move_to(max(at, self.service.clock()))
        return len(due)

    async def _move(self, workflow_ids: list[str], at: datetime) -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def move(workflow_id: str) -> None:
            async with places:
                await self.service.skipper.move_to(workflow_id, at)

        await asyncio.gather(*map(move, workflow_ids))

    async def _due(self, at: datetime, began: datetime | None = None) -> list[str]:
        """What time alone changes until `at`; with `began` also what has a countdown that ends since then."""
        vehicles = [row["id"] for row in await self._rows(_RUNNING) if _is_due(_state(row), at, began)]
        bans, appeals = await self._rows(_BANS, at), await self._rows(_APPEALS, at)
        return [
            *(vehicle_workflow_id(str(id_)) for id_ in vehicles),
            *(blacklist_workflow_id(str(row["id"])) for row in bans),
            *(appeal_workflow_id(str(row["id"])) for row in appeals),
        ]

    async def _rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        dsn = self.service.system.owner_dsn
        async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection:
            return await (await connection.execute(statement.encode(), values)).fetchall()


def _state(row: dict[str, Any]) -> Preselection:
    return from_record(row["state"], Policy.from_dict(row["policy"]))


def _is_due(state: Preselection, at: datetime, began: datetime | None) -> bool:
    change = changes_at(state)
    ends = timers(state).values() if began else ()
    return (change is not None and change <= at) or any(began < end <= at for end in ends if began)
