"""Delivery records of automatic SMS: handed over to the gateway, being retried, or given up.

A row is written before the first attempt and after each, so that operators can list undelivered SMS. It names a
preselection and a purpose, and neither the phone number nor the text.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select, text, tuple_

from domain.sms import ReceiptState
from storage.postgres.database import Database
from storage.sms.tables import sms_delivery

# A repeated attempt may arrive after the next attempt: the count only grows, and a handed over SMS stays handed over.
_TRIED = b"""
    INSERT INTO text_delivery AS known
        (key, preselection_id, purpose, ordered_at, give_up_at, attempts, tried_at, office_code)
    VALUES (
        %(key)s, %(preselection_id)s, %(purpose)s, %(ordered_at)s, %(give_up_at)s, %(attempts)s, %(tried_at)s,
        %(office_code)s
    )
    ON CONFLICT (key) DO UPDATE SET
        attempts = greatest(known.attempts, excluded.attempts), tried_at = greatest(known.tried_at, excluded.tried_at),
        give_up_at = greatest(known.give_up_at, excluded.give_up_at)
    WHERE known.handed_at IS NULL AND known.receipt IS NULL
    RETURNING xmax <> 0
"""
# A receipt may arrive before this, and its reason stays.
_HANDED = b"""
    UPDATE text_delivery SET handed_at = %(at)s, failure = CASE WHEN receipt IS NULL THEN NULL ELSE failure END
    WHERE key = %(key)s RETURNING key
"""
_REFUSED = b"""
    UPDATE text_delivery SET receipt = 'failed', receipt_at = %(at)s, failure = %(failure)s
    WHERE key = %(key)s AND handed_at IS NULL RETURNING key
"""
_FAILED = b"UPDATE text_delivery SET failure = %(failure)s WHERE key = %(key)s AND handed_at IS NULL RETURNING key"


_AGAIN = ":again:"
# As a literal, which the partial index of failed SMS needs.
_HAS_FAILED = sms_delivery.c.receipt == text(f"'{ReceiptState.FAILED}'")


class DeliveryState(StrEnum):
    """`handed_over` to the gateway, without a receipt; `waiting` for a further attempt; `given_up`.

    With a receipt: `delivered` or `failed`. An SMS that the provider refused for good has `failed` too.
    """

    DELIVERED = "delivered"
    FAILED = "failed"
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
    office_code: str | None = None


class Begun(NamedTuple):
    """An attempt that may be made; `is_repeat` where an earlier one may have been accepted."""

    is_repeat: bool


@dataclass(frozen=True)
class SmsDelivery:
    """One SMS. `failure` is the reason of the last failed attempt, if none has succeeded, or of a failed delivery."""

    key: str
    preselection_id: UUID
    purpose: str
    ordered_at: datetime
    give_up_at: datetime
    attempts: int
    tried_at: datetime
    handed_at: datetime | None
    failure: str | None
    receipt: str | None = None
    receipt_at: datetime | None = None

    def state_at(self, instant: datetime) -> DeliveryState:
        if self.receipt:
            return DeliveryState(self.receipt)
        if self.handed_at:
            return DeliveryState.HANDED_OVER
        return DeliveryState.WAITING if instant < self.give_up_at else DeliveryState.GIVEN_UP


@dataclass(frozen=True)
class OpenSms:
    """The number of SMS that wait since before an instant, and of those given up after another."""

    waiting: int
    given_up: int


_COLUMNS = [sms_delivery.c[name] for name in SmsDelivery.__dataclass_fields__]


class SmsDeliveries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, attempt: Attempt) -> Begun | None:
        """Record an attempt before it is made; None if the SMS has been handed over or refused already."""
        values = vars(attempt) | {"attempts": attempt.number, "tried_at": attempt.at}
        found = await self._database.fetch_raw(_TRIED, values)
        return Begun(found[0][0]) if found else None

    async def hand_over(self, key: str, at: datetime) -> None:
        """The gateway has accepted the SMS."""
        await self._database.fetch_raw(_HANDED, {"key": key, "at": at})

    async def fail(self, key: str, failure: str) -> None:
        """The attempt has failed, or its result is unknown; another one may follow."""
        await self._database.fetch_raw(_FAILED, {"key": key, "failure": failure})

    async def refuse(self, key: str, failure: str, at: datetime) -> None:
        """The provider has refused the SMS for good: no other attempt follows."""
        await self._database.fetch_raw(_REFUSED, {"key": key, "failure": failure, "at": at})

    async def of_preselection(self, preselection_id: UUID) -> list[SmsDelivery]:
        """All SMS about one preselection, newest first."""
        return await self._find(select(*_COLUMNS).where(sms_delivery.c.preselection_id == preselection_id))

    async def key_of_resending(self, preselection_id: UUID, key: str) -> str:
        """The key with which the SMS of this key is sent again: another one after each failed delivery.

        A gateway recognises a key that it has accepted. Two orders at once have the same key, so it is sent once.
        """
        known = await self.of_preselection(preselection_id)
        keys = (each.key for each in known if each.receipt == ReceiptState.FAILED)
        failed = sum(each == key or each.startswith(f"{key}{_AGAIN}") for each in keys)
        return f"{key}{_AGAIN}{failed}" if failed else key

    async def page(
        self,
        at: datetime,
        *,
        state: DeliveryState | None = None,
        limit: int = 100,
        before: tuple[datetime, UUID] | None = None,
    ) -> list[SmsDelivery]:
        """The newest in this state at `at`, or those that were not handed over, or failed and were not sent again.

        `before` is order and preselection of the last one on the previous page: a preselection has no two SMS of the
        same millisecond.
        """
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
        is_open = columns.handed_at.is_(None) & columns.receipt.is_(None)
        [counts] = await self._database.rows(select(waiting, given_up).where(is_open))
        return OpenSms(*counts)

    async def _find(self, wanted: Select[tuple[object, ...]]) -> list[SmsDelivery]:
        columns = sms_delivery.c
        newest = wanted.order_by(columns.ordered_at.desc(), columns.preselection_id.desc())
        return [SmsDelivery(*row) for row in await self._database.rows(newest)]


def _is(state: DeliveryState | None, at: datetime) -> ColumnElement[bool]:
    columns = sms_delivery.c
    has_none, is_open = columns.receipt.is_(None), columns.handed_at.is_(None)
    match state:
        case DeliveryState.FAILED:
            return _HAS_FAILED
        case DeliveryState.DELIVERED:
            return columns.receipt == state.value
        case DeliveryState.HANDED_OVER:
            return ~is_open & has_none
        case DeliveryState.WAITING:
            return is_open & has_none & (columns.give_up_at > at)
        case DeliveryState.GIVEN_UP:
            return is_open & has_none & (columns.give_up_at <= at)
    return (is_open & has_none) | (_HAS_FAILED & ~_is_sent_again())


def _is_sent_again() -> ColumnElement[bool]:
    """Whether a later row has the same SMS: that one says what became of it."""
    columns, later = sms_delivery.c, sms_delivery.alias().c
    is_same = func.split_part(later.key, _AGAIN, 1) == func.split_part(columns.key, _AGAIN, 1)
    is_later = (later.preselection_id == columns.preselection_id) & (later.ordered_at > columns.ordered_at)
    return exists().where(is_later, is_same)
