"""Delivery records of automatic SMS: handed over to the gateway, being retried, or given up.

A row is written before the first attempt and after each, so that operators can list undelivered SMS. It names a
preselection and a purpose, and neither the phone number nor the text.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from storage.postgres.database import Database
from storage.sms.tables import sms_delivery

# A repeated attempt may arrive after the next attempt: the count only grows, and a handed over SMS stays handed over.
_TRIED = b"""
    INSERT INTO text_delivery AS known (key, preselection_id, purpose, ordered_at, give_up_at, attempts, tried_at)
    VALUES (%(key)s, %(preselection_id)s, %(purpose)s, %(ordered_at)s, %(give_up_at)s, %(attempts)s, %(tried_at)s)
    ON CONFLICT (key) DO UPDATE SET
        attempts = greatest(known.attempts, excluded.attempts), tried_at = greatest(known.tried_at, excluded.tried_at),
        give_up_at = greatest(known.give_up_at, excluded.give_up_at)
    WHERE known.handed_at IS NULL
    RETURNING key
"""
_HANDED = b"UPDATE text_delivery SET handed_at = %(at)s, failure = NULL WHERE key = %(key)s RETURNING key"
_FAILED = b"UPDATE text_delivery SET failure = %(failure)s WHERE key = %(key)s AND handed_at IS NULL RETURNING key"


class DeliveryState(StrEnum):
    """`handed_over` to the gateway, which reports no more; `waiting` for a further attempt; `given_up`."""

    HANDED_OVER = "handed_over"
    WAITING = "waiting"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Attempt:
    """One attempt to hand an SMS over; `number` counts from 1."""

    key: str
    preselection_id: UUID
    purpose: str
    ordered_at: datetime
    give_up_at: datetime
    number: int
    at: datetime


@dataclass(frozen=True)
class SmsDelivery:
    """One SMS. `failure` is the reason of the last failed attempt, if none has succeeded."""

    key: str
    preselection_id: UUID
    purpose: str
    ordered_at: datetime
    give_up_at: datetime
    attempts: int
    tried_at: datetime
    handed_at: datetime | None
    failure: str | None

    def state_at(self, instant: datetime) -> DeliveryState:
        if self.handed_at:
            return DeliveryState.HANDED_OVER
        return DeliveryState.WAITING if instant < self.give_up_at else DeliveryState.GIVEN_UP

    @property
    def place(self) -> tuple[datetime, UUID]:
        """The start of the next page, for `before`: a preselection has no two SMS of the same millisecond."""
        return self.ordered_at, self.preselection_id


@dataclass(frozen=True)
class OpenSms:
    """The number of SMS that wait since before an instant, and of those given up after another."""

    waiting: int
    given_up: int


_COLUMNS = [sms_delivery.c[name] for name in SmsDelivery.__dataclass_fields__]


class SmsDeliveries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, attempt: Attempt) -> bool:
        """Record an attempt before it is made; False if the SMS has been handed over already."""
        values = vars(attempt) | {"attempts": attempt.number, "tried_at": attempt.at}
        return bool(await self._database.fetch_raw(_TRIED, values))

    async def hand_over(self, key: str, at: datetime) -> None:
        """The gateway has accepted the SMS."""
        await self._database.fetch_raw(_HANDED, {"key": key, "at": at})

    async def fail(self, key: str, failure: str) -> None:
        """The attempt has failed, or its result is unknown; another one may follow."""
        await self._database.fetch_raw(_FAILED, {"key": key, "failure": failure})

    async def of_preselection(self, preselection_id: UUID) -> list[SmsDelivery]:
        """All SMS about one preselection, newest first."""
        return await self._find(select(*_COLUMNS).where(sms_delivery.c.preselection_id == preselection_id))

    async def page(
        self,
        at: datetime,
        *,
        state: DeliveryState | None = None,
        limit: int = 100,
        before: tuple[datetime, UUID] | None = None,
    ) -> list[SmsDelivery]:
        """The newest in this state at `at`, or those that were not handed over; `before` is the last one's `place`."""
        columns = sms_delivery.c
        conditions = [_is(state, at)]
        if before:
            conditions.append(tuple_(columns.ordered_at, columns.preselection_id) < before)
        return await self._find(select(*_COLUMNS).where(*conditions).limit(limit))

    async def open_at(self, at: datetime, *, waiting_since: datetime, given_up_after: datetime) -> OpenSms:
        """The numbers of SMS that need an operator's attention."""
        columns = sms_delivery.c
        waiting = func.count().filter(columns.give_up_at > at, columns.ordered_at <= waiting_since)
        given_up = func.count().filter(columns.give_up_at <= at, columns.give_up_at > given_up_after)
        [counts] = await self._database.rows(select(waiting, given_up).where(columns.handed_at.is_(None)))
        return OpenSms(*counts)

    async def _find(self, wanted: Select[tuple[object, ...]]) -> list[SmsDelivery]:
        columns = sms_delivery.c
        newest = wanted.order_by(columns.ordered_at.desc(), columns.preselection_id.desc())
        return [SmsDelivery(*row) for row in await self._database.rows(newest)]


def _is(state: DeliveryState | None, at: datetime) -> ColumnElement[bool]:
    columns = sms_delivery.c
    match state:
        case DeliveryState.HANDED_OVER:
            return columns.handed_at.is_not(None)
        case DeliveryState.WAITING:
            return columns.handed_at.is_(None) & (columns.give_up_at > at)
        case DeliveryState.GIVEN_UP:
            return columns.handed_at.is_(None) & (columns.give_up_at <= at)
    return columns.handed_at.is_(None)
