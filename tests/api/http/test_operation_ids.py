"""Requests about a preselection have ids that follow each other; the preselection's own id is random."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from sqlalchemy import select

from api.http.operation_ids import time_ordered_id
from process.clock import system_clock
from storage.postgres.tables import decision
from tests.support.applicants import Selection
from tests.support.country import Country

AT = datetime(2026, 11, 29, 13, 30, 0, 123_000, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def test_ids_of_later_milliseconds_are_greater_and_none_repeats() -> None:
    ids = [time_ordered_id(AT + number * MILLISECOND) for number in range(100)]
    assert ids == sorted(ids)
    assert len({time_ordered_id(AT) for _ in range(1_000)}) == 1_000


def test_an_id_is_of_version_7_and_begins_with_its_instant() -> None:
    made = time_ordered_id(AT)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(AT.timestamp() * 1000)


async def test_acts_are_decided_under_ordered_ids_and_a_creation_under_a_random_one(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    began = int(system_clock().timestamp() * 1000)
    selection: Selection = await buyer.create_selection(country.car(buyer, office))
    (await selection.post("start")).ok()
    (await selection.post("identity-code", key="5f0f2a3c-8f7a-4f59-9b39-1f0f5a1c2d3e")).ok()
    made = await country.stack.repositories.database.rows(
        select(decision.c.action, decision.c.request_id).where(decision.c.preselection_id == UUID(selection.id))
    )
    ids: dict[str, UUID] = {row[0]: row[1] for row in made}
    assert ids["begin"] == UUID(selection.id)
    assert [ids[act].version for act in ("begin", "start", "send_identity_code")] == [4, 7, 7]
    assert began <= ids["start"].int >> 80 <= ids["send_identity_code"].int >> 80
