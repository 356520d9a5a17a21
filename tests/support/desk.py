"""Clerks and operators, and reservations that wait for them."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from domain.instants import format_instant
from storage.offices.offices import Office
from tests.support.applicants import Applicant, Caller, Selection
from tests.support.country import Country
from tests.support.waiting import eventually

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def clerk_of(country: Country, office: Office) -> Caller:
    return country.caller("clerk", office=office.code, phone_number=None)


def operator(country: Country) -> Caller:
    return country.caller("operator", office=None, phone_number=None)


async def reserve_plate(country: Country, office: Office, applicant: Applicant | None = None) -> Selection:
    """A preselection whose plate waits for the office."""
    applicant = applicant or country.applicant()
    return await applicant.reach_reservation(country.car(applicant, office))


async def let_lapse(selection: Selection, deadline: datetime = _LONG_AGO) -> None:
    """Let its deadline have passed, without any effect yet."""
    statement = text("""
        UPDATE preselection
        SET deadline = :deadline, state = jsonb_set(state, '{reservation,deadline}', to_jsonb(CAST(:written AS text)))
        WHERE id = :id
    """)
    values = {"id": UUID(selection.id), "deadline": deadline, "written": format_instant(deadline)}
    await selection.applicant.stack.repositories.database.rows(statement, values)


async def miss_deadline(country: Country, *, applicant: Applicant | None = None, **policy: str) -> Selection:
    """An applicant who has just missed a deadline."""
    selection = await reserve_plate(country, await country.own_office(validity="PT1S", **policy), applicant)
    caller = operator(country)

    async def is_listed() -> bool:
        query = {"preselection_id": selection.id}
        return bool((await caller.get("/operations/blacklist", params=query)).ok()["items"])

    await eventually(is_listed)
    assert (await selection.applicant.post("/entries", {})).ok()["screen"] == "blacklisted"
    return selection
