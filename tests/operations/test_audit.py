"""The audit of a whole service: every change of a plate or a party has a row, and a changed row is detected."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text

from config.settings import Settings
from process.clock import system_clock
from storage.audit.seals import AuditSeals
from storage.audit.verification import verify_audit
from storage.postgres.database import Database
from tests.support.country import Country
from tests.support.desk import clerk_of, miss_deadline, operator, reserve_plate
from tests.support.waiting import eventually

# Of all acts of this folder's tests.
UNTOLD_CLAIMS = """
    SELECT plate, kind FROM claim
    WHERE NOT EXISTS (SELECT FROM audit WHERE audit.plates @> ARRAY[claim.plate::text])
"""
UNTOLD_BANS = """
    SELECT id FROM blacklist WHERE NOT EXISTS (
        SELECT FROM audit WHERE action = 'bar' AND facts ->> 'entry_id' = blacklist.id::text
    )
"""
UNTOLD_CHANCES = """
    SELECT id FROM preselection AS one
    WHERE stage NOT IN ('submitted', 'refused') AND (
        SELECT facts ->> 'draws_remaining' FROM audit
        WHERE preselection_id = one.id AND facts ? 'draws_remaining' ORDER BY xact DESC, audit.id DESC LIMIT 1
    ) IS DISTINCT FROM state ->> 'draws_remaining'
"""
A_SEALED_ROW = "SELECT xact, id FROM audit WHERE action = 'register' AND xact < (SELECT max(to_xact) FROM audit_seal)"
TOUCH = """
    UPDATE audit SET plates = ARRAY(SELECT reverse(plate) FROM unnest(plates) AS plate)
    WHERE xact = :xact AND id = :id
"""


@pytest.fixture
async def owner(settings: Settings, as_owner: Callable[[str], str]) -> AsyncIterator[Database]:
    """The owner's connection, which may change everything."""
    database = Database(as_owner(settings.database_url), pool_size=1)
    yield database
    await database.close()


async def perform_all_acts(country: Country) -> None:
    """Acts of applicants, clerks, operators and timers on plates, chances and the blacklist."""
    office, first, second = await country.own_office(), operator(country), operator(country)
    clerk = clerk_of(country, office)
    confirmed, rejected = await reserve_plate(country, office), await reserve_plate(country, office)
    (await clerk.post(f"/desk/preselections/{confirmed.id}/confirmation")).ok()
    (await clerk.post(f"/desk/preselections/{rejected.id}/rejection", {"reason": "撤回"})).ok()
    applicant = country.applicant()
    drawing = await applicant.reach_selection(country.car(applicant, office))
    for _ in range(2):
        await drawing.post("draws", {})
    prefix, reason = office.prefixes[0], {"reason": "公务预留"}
    free = (await drawing.post("draws", {})).ok()["batch"]["numbers"]
    await drawing.post("draws", {})
    withheld = (await first.post("/operations/withholdings", {"numbers": free[:2], **reason})).ok()["withholding"]
    assert withheld["prefix"] == prefix
    (await first.post(f"/operations/withholdings/{withheld['id']}/release", reason)).ok()
    (await second.post(f"/operations/withholdings/{withheld['id']}/confirmation")).ok()
    await miss_deadline(country)


@pytest.mark.slow
async def test_whatever_became_of_a_plate_a_chance_or_a_party_is_in_the_audit(country: Country) -> None:
    await perform_all_acts(country)
    for untold in (UNTOLD_CLAIMS, UNTOLD_BANS, UNTOLD_CHANCES):
        assert await country.stack.repositories.database.rows(text(untold)) == [], untold


async def test_a_row_that_the_database_s_own_administrator_touched_is_found(country: Country, owner: Database) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    (await clerk_of(country, office).post(f"/desk/preselections/{selection.id}/confirmation")).ok()

    async def is_sealed() -> bool:
        # Not before all parallel transactions have ended.
        await AuditSeals(owner).seal(system_clock())
        return await owner.row(text(A_SEALED_ROW)) is not None

    await eventually(is_sealed)
    row = await owner.row(text(A_SEALED_ROW))
    assert row
    assert (await verify_audit(owner)).is_intact
    try:
        await owner.rows(text(TOUCH), {"xact": row.xact, "id": row.id})
        assert not (await verify_audit(owner)).is_intact
    finally:
        await owner.rows(text(TOUCH), {"xact": row.xact, "id": row.id})
    assert (await verify_audit(owner)).is_intact
