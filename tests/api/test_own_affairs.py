"""Nobody acts on their own affairs: persons are compared, not accounts (attacks by clerks and operators)."""

from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import AsyncMock
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from domain.parties import Party, PartyKind
from storage.preselections.rows import Preselections
from tests.support.applicants import Applicant, Caller, Selection
from tests.support.country import Country, ban
from tests.support.desk import clerk_of, miss_deadline, operator, reserve_plate

ORGANISATION = {"name": "深圳市贸易有限公司", "credit_code": "91110000600037341L"}
REASON = {"reason": "系统中断，本人已到场"}


def same_person(caller: Caller, other: Caller) -> Caller:
    """The caller with the identity of the other, under another account."""
    caller.claims["id_number"] = other.claims["id_number"]
    return caller


async def decide(clerk: Caller, selection_id: str) -> list[Any]:
    path = f"/desk/preselections/{selection_id}"
    rejected = await clerk.post(f"{path}/rejection", {"reason": "卖方撤回"})
    return [rejected.code, (await clerk.post(f"{path}/confirmation")).code]


async def test_attack_a_clerk_decides_their_own_reservation(country: Country) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    insider = same_person(clerk_of(country, office), selection.applicant)
    insider.claims["id_number"] = insider.claims["id_number"].lower()
    assert await decide(insider, selection.id) == ["own_affair", "own_affair"]
    assert (await clerk_of(country, office).post(f"/desk/preselections/{selection.id}/confirmation")).ok()


async def test_attack_a_clerk_decides_what_their_organisation_or_a_fellow_agent_reserved(country: Country) -> None:
    office = await country.office()
    agent, fellow = country.applicant(organisation=ORGANISATION), country.applicant(organisation=ORGANISATION)
    theirs, fellows = [await reserve_plate(country, office, each) for each in (agent, fellow)]
    insider = same_person(clerk_of(country, office), agent)
    assert await decide(insider, theirs.id) == ["own_affair", "own_affair"]
    assert await decide(insider, fellows.id) == ["own_affair", "own_affair"]
    named = clerk_of(country, office)
    named.claims["organisation"] = ORGANISATION
    assert await decide(named, fellows.id) == ["own_affair", "own_affair"]


@pytest.mark.parametrize("further_agents", [0, 1])
async def test_attack_a_clerk_takes_over_as_an_agent_and_decides(country: Country, further_agents: int) -> None:
    office, first = await country.office(), country.agent()
    selection = await first.create_selection(country.car(first, office))
    agents = [country.agent(organisation=first.claims["organisation"]) for _ in range(1 + further_agents)]
    for agent in agents:
        (await agent.post("/entries", {"preselection_id": selection.id})).ok()
    newest, insider = Selection(agents[-1], selection.id), agents[0]
    await newest.verify()
    await newest.reserve()
    assert await decide(same_person(clerk_of(country, office), insider), selection.id) == ["own_affair", "own_affair"]
    assert (await clerk_of(country, office).post(f"/desk/preselections/{selection.id}/confirmation")).ok()


async def test_attack_a_clerk_cancels_as_an_agent_and_decides_about_the_organisation(country: Country) -> None:
    office, first = await country.own_office(cancellation="true"), country.agent()
    fellow = country.agent(organisation=first.claims["organisation"])
    cancelled, kept = [await reserve_plate(country, office, first) for _ in range(2)]
    (await Selection(fellow, cancelled.id).post("cancellation")).ok()
    assert await decide(same_person(clerk_of(country, office), fellow), kept.id) == ["own_affair", "own_affair"]


async def test_attack_a_clerk_goes_on_as_an_agent_who_was_not_noted_and_decides(country: Country) -> None:
    office, first = await country.office(), country.agent()
    agent = country.agent(organisation=first.claims["organisation"])
    selection = await first.create_selection(country.car(first, office))
    (await agent.post("/entries", {"preselection_id": selection.id})).ok()
    # As an earlier release has left it.
    forgotten = text("DELETE FROM preselection_agent WHERE preselection_id = :id")
    await country.stack.repositories.database.rows(forgotten, {"id": UUID(selection.id)})
    mine = Selection(agent, selection.id)
    await mine.verify()
    await mine.reserve()
    assert await decide(same_person(clerk_of(country, office), agent), selection.id) == ["own_affair", "own_affair"]


async def test_a_person_who_buys_for_themselves_is_not_noted(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = AsyncMock()
    monkeypatch.setattr(Preselections, "note_agent", noted)
    await reserve_plate(country, await country.office())
    noted.assert_not_awaited()


async def test_attack_a_clerk_decides_about_the_car_that_they_sold(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    clerk = clerk_of(country, office)
    car = country.car(buyer, office, seller=Party(PartyKind.PERSON, "李四光", clerk.claims["id_number"]))
    selection = await buyer.reach_reservation(car)
    assert await decide(clerk, selection.id) == ["own_affair", "own_affair"]


async def banned(country: Country, buyer: Applicant) -> str:
    await ban(country, buyer)
    party = country.stack.repositories.hashes.party(buyer.party.id_number)
    entries = (await operator(country).get("/operations/blacklist", params={"limit": 100})).ok()["items"]
    for entry in entries:
        found = await country.stack.repositories.bans.get(UUID(entry["id"]))
        if found and found.party_hash == party:
            return str(entry["id"])
    raise AssertionError("the ban is not listed")


async def test_attack_an_operator_ends_their_own_ban_with_two_accounts(country: Country) -> None:
    buyer = country.applicant()
    path = f"/operations/blacklist/{await banned(country, buyer)}"
    first, second = (same_person(operator(country), buyer) for _ in range(2))
    assert (await first.post(f"{path}/release", REASON)).code == "own_affair"
    (await operator(country).post(f"{path}/release", REASON)).ok()
    answer = await second.post(f"{path}/confirmation")
    assert (answer.status, answer.code) == (403, "own_affair")


async def test_attack_an_agent_who_is_an_operator_ends_the_ban_of_their_organisation(country: Country) -> None:
    office = await country.office()
    code = "N2110101MF1234567N"
    agent = country.applicant(organisation={"name": "合作社", "credit_code": code})
    await agent.create_selection(country.car(agent, office))
    path = f"/operations/blacklist/{await banned(country, agent)}"
    assert (await same_person(operator(country), agent).post(f"{path}/release", REASON)).code == "own_affair"


async def test_attack_an_operator_appeals_as_an_agent_and_decides(country: Country) -> None:
    first = country.agent()
    fellow = country.agent(organisation=first.claims["organisation"])
    missed = await miss_deadline(country, applicant=first)
    appeal = (await Selection(fellow, missed.id).post("appeal", {"reason": "路上受阻"})).ok()
    path, decision = f"/operations/appeals/{appeal['id']}/decision", {"decision": "granted", "reason": "属实"}
    assert (await same_person(operator(country), fellow).post(path, decision)).code == "own_affair"
    (await operator(country).post(path, decision)).ok()


async def test_attack_a_second_account_of_one_person_is_no_second_operator(country: Country) -> None:
    buyer, first = country.applicant(), operator(country)
    second = same_person(operator(country), first)
    path = f"/operations/blacklist/{await banned(country, buyer)}"
    (await first.post(f"{path}/release", REASON)).ok()
    assert (await second.post(f"{path}/confirmation")).code == "second_operator_needed"
    (await operator(country).post(f"{path}/confirmation")).ok()
    prefix = (await country.own_office()).prefixes[0]
    body = {"numbers": [f"{prefix}12345"], "reason": "纪念号"}
    withheld = (await first.post("/operations/withholdings", body)).ok()["withholding"]
    path = f"/operations/withholdings/{withheld['id']}"
    assert (await second.post(f"{path}/confirmation")).code == "second_operator_needed"
    (await second.post(f"{path}/release", REASON)).ok()
    assert (await operator(country).post(f"{path}/confirmation")).ok()["confirmed_by"]
    assert (await first.post(f"{path}/confirmation")).code == "second_operator_needed"


async def test_attack_an_operator_extends_their_own_deadline(country: Country) -> None:
    office = await country.own_office()
    selection = await reserve_plate(country, office)
    day = (await selection.view())["visit_by"]
    body = {
        "since": f"{day}T00:00:00.000+08:00", "until": f"{day}T12:00:00.000+08:00", "office_code": office.code,
        "reason": "停电",
    }  # fmt: skip
    insider = same_person(operator(country), selection.applicant)
    assert (await insider.post("/operations/deadlines/extensions", body)).code == "own_affair"
    assert (await operator(country).post("/operations/deadlines/extensions", body)).ok()["reservations"] == 1


@pytest.mark.parametrize("role", ["clerk", "operator", "auditor"])
async def test_attack_staff_and_applicant_on_one_token(country: Country, role: str) -> None:
    both = country.caller("applicant", role)
    for path in ("/preselections", "/desk/reservations", "/operations/blacklist", "/audit/desk"):
        assert (await both.get(path)).code == "forbidden"


@pytest.mark.parametrize("role", ["clerk", "operator"])
async def test_staff_without_an_identity_are_nobody(country: Country, role: str) -> None:
    for number in (None, "", " "):
        assert (await country.caller(role, id_number=number).get("/desk/reservations")).code == "unauthenticated"


async def test_a_refused_rejection_keeps_no_reason(country: Country) -> None:
    office = await country.office()
    selection, clerk = await reserve_plate(country, office), clerk_of(country, office)
    (await clerk.post(f"/desk/preselections/{selection.id}/confirmation")).ok()
    answer = await clerk.post(
        f"/desk/preselections/{selection.id}/rejection", {"reason": "张三说不买了"}, key=str(uuid4())
    )
    assert answer.code == "wrong_stage"
    repository = country.stack.repositories.desk_reasons
    assert await repository.of_preselection(UUID(selection.id)) == []


async def test_attack_an_operator_closes_the_day_of_their_own_deadline(country: Country) -> None:
    office = await country.own_office()
    selection = await reserve_plate(country, office)
    day = (await selection.view())["visit_by"]
    path = f"/operations/calendar?year={day[:4]}&office={office.code}"
    body = {"days": [{"day": day, "kind": "holiday"}], "reason": "台风停业"}
    insider = same_person(operator(country), selection.applicant)
    assert (await insider.call("PUT", path, json=body)).code == "own_affair"
    calendar = await country.stack.repositories.calendars.of_office(office.code)
    assert calendar.is_working_day(date.fromisoformat(day))
    opened = {"days": [{"day": day, "kind": "working"}], "reason": "照常办理"}
    (await insider.call("PUT", path, json=opened)).ok()
    closed = (await operator(country).call("PUT", path, json=body)).ok()
    assert closed["postponement"]["reservations"] == 1


async def test_refused_own_affairs_count_as_writes(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = await reserve_plate(country, await country.office())
    policy = replace(country.stack.context.operations.policy, writes_per_minute=3)
    operations = replace(country.stack.context.operations, policy=policy)
    monkeypatch.setitem(vars(country.stack.context), "operations", operations)
    insider = same_person(clerk_of(country, await country.office()), selection.applicant)
    path = f"/desk/preselections/{selection.id}/confirmation"
    codes = [(await insider.post(path, key=str(uuid4()))).code for _ in range(4)]
    assert codes == ["own_affair"] * 3 + ["rate_limited"]
