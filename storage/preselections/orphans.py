"""Rows that need a running workflow: maintenance looks for those whose workflow was ended by hand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, and_, not_, or_, select, true

from domain.calendar import shanghai_day
from domain.preselection.values import RUNNING, Stage
from storage.postgres.database import Database
from storage.postgres.tables import IS_RESERVED, blacklist, decision, preselection

MOST = 500
MOST_COMPARED = 100
"""The number of ids that fit into one query to Temporal."""

_MUST_RUN = and_(preselection.c.stage.in_(RUNNING), not_(preselection.c.dormant))
# A workflow that found its deadline missed may have been ended before the ban was written.
_IS_OVERDUE = preselection.c.stage == Stage.OVERDUE
_BY_DAY = (preselection.c.visit_by, preselection.c.id)


@dataclass(frozen=True)
class ExpectedVehicle:
    """A preselection with a pending automatic transition."""

    id: UUID
    office_code: str
    stage: str


@dataclass(frozen=True)
class ChangedVehicle:
    """A preselection that was decided on lately, with the stage that its workflow must show."""

    id: UUID
    stage: str
    dormant: bool


@dataclass(frozen=True)
class ExpectedBan:
    """A ban that is not released yet, and the office of its preselection."""

    id: UUID
    preselection_id: UUID
    until: datetime
    office_code: str


class ExpectedWorkflows:
    """Only reads, and never more than `MOST` rows of an unbounded list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, ids: Collection[UUID]) -> list[ExpectedVehicle]:
        """Those of these preselections that must continue."""
        return await self._rows(preselection.c.id.in_(ids), or_(_MUST_RUN, _IS_OVERDUE))

    async def unfinished_vehicles(self, missed_since: datetime, after: UUID | None = None) -> list[ExpectedVehicle]:
        """A page of all that must continue, by id; `after` is the last one of the previous page.

        Deadlines that were missed before `missed_since` have already had their effect.
        """
        columns = preselection.c
        beyond = columns.id > after if after else true()
        goes_on = or_(_MUST_RUN, and_(_IS_OVERDUE, columns.deadline >= missed_since))
        return await self._rows(goes_on, beyond, order_by=[columns.id])

    async def changed_vehicles(
        self, since: datetime, until: datetime, after: UUID | None = None
    ) -> list[ChangedVehicle]:
        """A page of those that were decided on between two instants, by id."""
        columns, decided = preselection.c, decision.c
        lately = select(decided.preselection_id).where(decided.at > since, decided.at <= until)
        beyond = columns.id > after if after else true()
        wanted = select(columns.id, columns.stage, columns.dormant).where(columns.id.in_(lately), beyond)
        found = await self._database.rows(wanted.order_by(columns.id).limit(MOST_COMPARED))
        return [ChangedVehicle(*row) for row in found]

    async def past_deadline(self, before: datetime) -> list[ExpectedVehicle]:
        """Reservations whose deadline was before an instant without any effect, the oldest first."""
        columns = preselection.c
        # The index is by day, and a deadline is at most the end of its last day.
        ended = and_(columns.visit_by <= shanghai_day(before), columns.deadline < before)
        return await self._rows(IS_RESERVED, ended)

    async def bans(self, ids: Collection[UUID]) -> list[ExpectedBan]:
        """Those of these entries that were not released."""
        return await self._bans(blacklist.c.id.in_(ids))

    async def ended_bans(self, before: datetime) -> list[ExpectedBan]:
        """Bans whose end was before an instant and that are not released."""
        return await self._bans(blacklist.c.until < before)

    async def _rows(
        self, *conditions: ColumnElement[bool], order_by: Sequence[Column[Any]] = _BY_DAY
    ) -> list[ExpectedVehicle]:
        names = [preselection.c[name] for name in ExpectedVehicle.__dataclass_fields__]
        wanted = select(*names).where(*conditions).order_by(*order_by).limit(MOST)
        return [ExpectedVehicle(*row) for row in await self._database.rows(wanted)]

    async def _bans(self, condition: ColumnElement[bool]) -> list[ExpectedBan]:
        columns = blacklist.c
        names = (columns.id, columns.preselection_id, columns.until, preselection.c.office_code)
        joined = blacklist.join(preselection, preselection.c.id == columns.preselection_id)
        live = columns.released_at.is_(None)
        wanted = select(*names).select_from(joined).where(live, condition).order_by(columns.until).limit(MOST)
        return [ExpectedBan(*row) for row in await self._database.rows(wanted)]
