"""Looks of staff at data about people: how many each of them took in a period."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from storage.audit.actions import AuditAction
from storage.audit.tables import audit
from storage.audit.trail import ActorKind
from storage.postgres.database import Database

LOOKS: tuple[AuditAction, ...] = (
    "look_reservations", "look_workflows", "look_blacklist", "look_appeals", "look_sms", "inspect_voucher",
    "export_person",
)  # fmt: skip
"""The actions that are looks."""
ABOVE: AuditAction = "looks_above_limit"
"""The action of the alert, once for each account and day."""
_DAY = timedelta(days=1)
_TIMEOUT = 30.0


@dataclass(frozen=True)
class LookCount:
    """`actor` is an operator's or auditor's name, or a clerk's keyed hash."""

    actor_kind: ActorKind
    actor: str
    looks: int


class StaffLooks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, actor: str, day: datetime) -> int:
        """How many looks this person's account took in the day that begins at this instant."""
        own = (audit.c.actor == actor, *_within(day))
        return int((await self._database.rows(select(func.count()).where(*own, _IS_LOOK)))[0][0])

    async def is_reported(self, actor: str, day: datetime) -> bool:
        """Whether an alert about this account's looks was recorded in the day that begins at this instant."""
        columns = audit.c
        alerts = select(func.count()).where(columns.action == ABOVE, *_within(day), columns.facts["by"].astext == actor)
        return bool((await self._database.rows(alerts))[0][0])

    async def counts(self, since: datetime, until: datetime, *, limit: int) -> list[LookCount]:
        """The looks of each account in a period, most looks first."""
        columns, looks = audit.c, func.count()
        counted = (
            select(columns.actor_kind, columns.actor, looks)
            .where(_IS_LOOK, columns.actor.is_not(None), columns.at >= since, columns.at < until)
            .group_by(columns.actor_kind, columns.actor)
            .order_by(looks.desc(), columns.actor)
            .limit(limit)
        )
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            return [LookCount(*row) for row in await connection.execute(counted)]


def _within(day: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Both ends, so that only the month of the day is read."""
    return audit.c.at >= day, audit.c.at < day + _DAY


_IS_LOOK: ColumnElement[bool] = audit.c.action.in_(LOOKS)
