"""A missed deadline counts before its ban is written, whatever the party has done since (R-41)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from domain.instants import whole_milliseconds
from process.clock import system_clock
from tests.support.applicants import Applicant, Selection
from tests.support.country import Country
from tests.support.desk import let_lapse, reserve_plate

LISTED = 100
"""The most that the caller's list has."""

INSERT_NEWER = text("""
    INSERT INTO preselection SELECT (jsonb_populate_record(first, jsonb_build_object(
        'id', gen_random_uuid(), 'created_at', first.created_at + n * interval '1 millisecond',
        'stage', 'cancelled', 'plate', NULL, 'state', jsonb_set(first.state, '{stage}', '"cancelled"')
    ))).* FROM preselection AS first, generate_series(1, :many) AS n WHERE first.id = :id
""")


async def miss_unnoticed(country: Country, buyer: Applicant) -> Selection:
    """A deadline that has just passed, without any effect yet."""
    selection = await reserve_plate(country, await country.office(), buyer)
    await let_lapse(selection, whole_milliseconds(system_clock() - timedelta(minutes=1)))
    return selection


async def is_banned(country: Country, buyer: Applicant) -> list[bool]:
    """By the entry, and by a creation."""
    screen = (await buyer.post("/entries", {})).ok()["screen"]
    refused = await buyer.submit(country.car(buyer, await country.office()))
    return [screen == "blacklisted", refused.code == "blacklisted"]


async def test_an_organisation_with_more_newer_preselections_than_its_list_has(country: Country) -> None:
    agent = country.agent()
    selection = await miss_unnoticed(country, agent)
    values = {"id": UUID(selection.id), "many": LISTED}
    await country.stack.repositories.database.rows(INSERT_NEWER, values)
    listed = (await agent.get("/preselections")).ok()["items"]
    assert len(listed) == LISTED
    assert selection.id not in {item["id"] for item in listed}
    assert await is_banned(country, agent) == [True, True]


async def test_the_same_person_with_another_account(country: Country) -> None:
    buyer = country.applicant()
    await miss_unnoticed(country, buyer)
    assert await is_banned(country, country.applicant(id_number=buyer.claims["id_number"])) == [True, True]
