"""The plans of our sessions know no parameter: a partial index serves only a statement that names its constant."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from storage.audit.trail import AuditTrail
from storage.postgres.database import Database
from storage.sms.deliveries import DeliveryState, SmsDeliveries
from storage.staff.persons import StaffPerson, StaffPersons
from tests.support.generic_plans import generic_plan
from tests.support.stored_preselections import AT, LATER

Read = Callable[[Database], Awaitable[object]]
SOMEBODY = StaffPerson(b"person", [b"party"], [b"seller"])
DAYS = [AT.date() + timedelta(days=day) for day in range(2)]


def has_reservation_due(office_code: str | None) -> Read:
    return lambda database: StaffPersons(database).has_reservation_due(DAYS, office_code, SOMEBODY)


def has_preselection(database: Database) -> Awaitable[bool]:
    return StaffPersons(database).has_preselection(uuid4(), SOMEBODY)


def has_ban(database: Database) -> Awaitable[bool]:
    return StaffPersons(database).has_ban(uuid4(), SOMEBODY)


def through_temporal(database: Database) -> Awaitable[object]:
    return AuditTrail(database).through_temporal(AT, LATER, limit=20)


def sms(state: DeliveryState | None) -> Read:
    return lambda database: SmsDeliveries(database).page(AT, state=state)


@pytest.mark.parametrize(
    "read, index",
    [
        (has_reservation_due(None), "ix_preselection_due"),
        (has_reservation_due("office"), "ix_preselection_due"),
        # The name of `ix_audit_temporal` in the part of the table without a month.
        (through_temporal, "audit_rest_at_id_idx"),
        (sms(DeliveryState.FAILED), "ix_text_delivery_failed"),
        (sms(None), "ix_text_delivery_failed"),
    ],
    ids=["due anywhere", "due at an office", "acts through Temporal", "failed SMS", "SMS to look after"],
)
async def test_a_partial_index_serves_it(fresh_database: str, read: Read, index: str) -> None:
    assert f" {index} " in await generic_plan(fresh_database, read)


@pytest.mark.parametrize(
    "read",
    [has_reservation_due(None), has_preselection, has_ban],
    ids=["reservation due", "preselection", "ban"],
)
async def test_what_a_person_submitted_is_found_by_party_and_person(fresh_database: str, read: Read) -> None:
    lines = (await generic_plan(fresh_database, read)).splitlines()
    [condition] = [after for line, after in pairwise(lines) if "ix_preselection_party" in line]
    assert "Index Cond: ((party_hash = " in condition
    assert " AND (person_hash = " in condition
