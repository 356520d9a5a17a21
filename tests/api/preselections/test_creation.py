"""`POST /preselections`: the checks in the order of the contract."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from documents.voucher_facts import USUAL_HOURS
from domain.calendar import shanghai_midnight_after
from domain.instants import format_instant
from domain.parties import Party, PartyKind
from domain.policy import Policy
from domain.vehicle_eligibility import Obstacle
from storage.offices.offices import Notice
from storage.postgres.tables import code as code_table
from storage.postgres.tables import preselection
from tests.support.country import Country, ban, wrong
from tests.support.http import Answer
from tests.support.people import an_id_number
from tests.support.phones import SWITCHED_OFF

WRONG = "000000"


async def test_what_passes_every_check_begins_at_the_service_notes(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    car = country.car(buyer, office)
    answer = await buyer.submit(car)
    assert answer.status == 201
    view = answer.body
    assert answer.headers["location"] == f"/api/v1/preselections/{view['id']}"
    assert view["stage"] == "service_notes"
    assert view["office"] == {
        "code": office.code, "name": office.name, "address": office.address, "prefixes": list(office.prefixes),
        "hours": USUAL_HOURS, "telephone": None, "coordinates": None,
    }  # fmt: skip
    assert view["vehicle"] == {
        "vin": f"L************{car.vin[-4:]}",
        "certificate_number": f"********{car.certificate_number[-4:]}",
        "seller_name": "李**",
    }
    assert view["phone"] == f"139****{buyer.phone[-4:]}"
    assert view["composed"] == {"remaining": 20, "max_per_submission": 5, "confirm_enabled_at": None}
    assert view["draws"] == {"remaining": 5, "batch_size": 10, "total": 5}
    absent = ("identity", "batch", "candidates", "last_submission", "plate", "visit_by", "deadline")
    assert {view[name] for name in absent} == {None}


async def test_an_organisation_s_name_keeps_its_first_and_last_two_characters(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    seller = Party(PartyKind.ORGANISATION, "深圳市旧车有限公司", "91110000600037341L")
    view = (await buyer.submit(country.car(buyer, office, seller=seller))).ok()
    assert view["vehicle"]["seller_name"] == "深圳*****公司"


@pytest.mark.requirement("R-03")
async def test_an_agent_buys_for_the_organisation(country: Country) -> None:
    office = await country.office()
    agent = country.applicant(organisation={"name": "深圳市贸易有限公司", "credit_code": "91110000600037341L"})
    assert (await agent.submit(country.car(agent, office))).status == 201


@pytest.mark.requirement("R-04")
async def test_an_outdated_notice_is_refused_with_the_version_in_force(country: Country) -> None:
    office, buyer = await country.own_office(), country.applicant()
    now = country.stack.context.clock()
    await country.stack.repositories.offices.publish(
        Notice(office.code, "2", "业务须知", "新", now - timedelta(seconds=1))
    )
    await country.stack.repositories.offices.publish(
        Notice(office.code, "3", "业务须知", "明天", now + timedelta(days=1))
    )
    answer = await buyer.submit(country.car(buyer, office))
    assert (answer.status, answer.code, answer.body["version"]) == (409, "notice_outdated", "2")
    assert (await buyer.submit(country.car(buyer, office), notice_version="2")).status == 201


async def test_the_checks_come_in_the_order_of_the_contract(country: Country) -> None:
    """Everything is wrong first; one field after the other is corrected."""
    office, buyer = await country.office(failed_checks_per_day="1"), country.applicant()
    other = country.applicant()
    car = country.car(buyer, office, Obstacle.MORTGAGED)
    codes: list[str] = []

    async def submit(code: str = WRONG, **changes: object) -> None:
        codes.append((await buyer.post("/preselections", car.body(code, **changes))).code)

    await submit(office_code="nowhere", notice_version="0")
    await submit(notice_version="0")
    await submit()
    right = await buyer.first_code()
    await submit(wrong(right))
    strange = country.car(other, office)
    codes.append((await buyer.post("/preselections", strange.body(right))).code)
    codes.append((await buyer.post("/preselections", strange.body(right))).code)
    assert codes == [
        "validation_failed", "notice_outdated", "code_not_sent", "code_incorrect", "information_mismatch",
        "rate_limited",
    ]  # fmt: skip


async def test_the_blacklist_goes_before_the_code(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    until = await ban(country, buyer)
    answer = await buyer.post("/preselections", country.car(buyer, office).body(WRONG))
    assert (answer.status, answer.code, answer.body["until"]) == (403, "blacklisted", until)
    assert (await buyer.post("/preselections", country.car(buyer, office).body(WRONG, notice_version="0"))).code == (
        "notice_outdated"
    )


class TestCodes:
    async def test_wrong_ones_cost_attempts_until_none_is_left(self, country: Country) -> None:
        office, buyer = await country.office(code_attempts="3"), country.applicant()
        car, code = country.car(buyer, office), await buyer.first_code()
        answers = [await buyer.post("/preselections", car.body(wrong(code))) for _ in range(4)]
        assert [(answer.status, answer.code) for answer in answers] == [(422, "code_incorrect")] * 3 + [
            (429, "code_attempts_exceeded")
        ]
        assert [answer.body["attempts_left"] for answer in answers[:3]] == [2, 1, 0]
        assert (await buyer.post("/preselections", car.body(code))).code == "code_attempts_exceeded"
        assert (await buyer.submit(car)).status == 201

    async def test_a_code_of_somebody_else_is_not_mine(self, country: Country) -> None:
        office, buyer, other = await country.office(), country.applicant(), country.applicant()
        code = await other.first_code()
        answer = await buyer.post("/preselections", country.car(buyer, office).body(code))
        assert answer.code == "code_not_sent"

    async def test_success_uses_the_code_up_and_failure_does_not(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        code = await buyer.first_code()
        car, other = country.car(buyer, office, Obstacle.SEIZED), country.car(buyer, office)
        for _ in range(2):
            assert (await buyer.post("/preselections", car.body(code))).code == "vehicle_not_eligible"
        assert (await buyer.post("/preselections", other.body(code))).status == 201
        third = country.car(buyer, office)
        assert (await buyer.post("/preselections", third.body(code))).code == "code_not_sent"

    async def test_two_submissions_with_one_code_begin_one_preselection(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        code = await buyer.first_code()
        cars = [country.car(buyer, office) for _ in range(2)]
        answers = await asyncio.gather(*(buyer.post("/preselections", car.body(code)) for car in cars))
        # Whether the code was used up before or after the other request checked it, the result is the same.
        assert sorted(answer.status for answer in answers) == [201, 409]
        assert [answer.code for answer in answers if answer.status != 201] == ["code_not_sent"]

    async def test_an_old_code_has_expired(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        context, code = country.stack.context, await buyer.first_code()
        await context.repositories.database.rows(
            code_table.update()
            .where(code_table.c.phone_hash == context.repositories.hashes.phone(buyer.phone))
            .values(expires_at=context.clock())
        )
        answer = await buyer.post("/preselections", country.car(buyer, office).body(code))
        assert (answer.status, answer.code) == (422, "code_expired")


class TestTheCheck:
    async def test_whatever_does_not_match_gives_the_same_answer(self, country: Country) -> None:
        office, elsewhere, buyer = await country.office(), await country.own_office(), country.applicant()
        car = country.car(buyer, office)
        code = await buyer.first_code()
        seller = car.body("")["seller"]
        changes: list[dict[str, object]] = [
            {"vin": country.car(buyer, office).vin},
            {"certificate_number": "999999999999"},
            {"seller": seller | {"name": "王五"}},
            {"seller": seller | {"id_number": an_id_number()}},
            {"office_code": elsewhere.code},
        ]
        answers = [await buyer.post("/preselections", car.body(code, **change)) for change in changes]
        assert [answer.status for answer in answers] == [422] * 5
        assert [answer.body for answer in answers] == [answers[0].body] * 5
        assert answers[0].code == "information_mismatch"

    async def test_somebody_else_s_car_does_not_match(self, country: Country) -> None:
        office, buyer, other = await country.office(), country.applicant(), country.applicant()
        assert (await buyer.submit(country.car(other, office, Obstacle.STOLEN))).code == "information_mismatch"

    async def test_a_car_that_matches_gets_every_reason(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        answer = await buyer.submit(country.car(buyer, office, Obstacle.SEIZED, Obstacle.MORTGAGED))
        assert (answer.status, answer.code) == (409, "vehicle_not_eligible")
        assert answer.body["reasons"] == ["mortgaged", "seized"]

    async def test_so_many_mismatches_a_day_and_malformed_fields_do_not_count(self, country: Country) -> None:
        office, buyer, other = await country.office(), country.applicant(), country.applicant()
        strange, mine = country.car(other, office), country.car(buyer, office)
        code = await buyer.first_code()
        for _ in range(Policy().failed_checks_per_day):
            await buyer.post("/preselections", strange.body(code, vin="x"))
            assert (await buyer.post("/preselections", strange.body(code))).code == "information_mismatch"
        midnight = format_instant(shanghai_midnight_after(country.stack.context.clock()))
        answer = await buyer.post("/preselections", mine.body(code))
        assert (answer.status, answer.code, answer.body["retry_at"]) == (429, "rate_limited", midnight)
        assert int(answer.headers["retry-after"]) > 0

    async def test_guesses_at_once_and_from_several_accounts_share_the_limit(self, country: Country) -> None:
        office, other = await country.office(failed_checks_per_day="2"), country.applicant()
        accounts = [country.applicant(id_number="11010519491231002X") for _ in range(2)]
        guess, codes = country.car(other, office), [await account.first_code() for account in accounts]
        guesses = [
            account.post("/preselections", guess.body(code))
            for account, code in zip(accounts, codes, strict=True)
            for _ in range(4)
        ]
        answers = await asyncio.gather(*guesses)
        assert sorted(answer.code for answer in answers) == ["information_mismatch"] * 2 + ["rate_limited"] * 6

    async def test_right_submissions_at_once_are_all_checked(self, country: Country) -> None:
        office, buyer = await country.office(failed_checks_per_day="1"), country.applicant()
        code, cars = await buyer.first_code(), [country.car(buyer, office, Obstacle.SEIZED) for _ in range(5)]
        answers = await asyncio.gather(*(buyer.post("/preselections", car.body(code)) for car in cars))
        assert {answer.code for answer in answers} == {"vehicle_not_eligible"}


class TestVehicles:
    async def test_a_running_vehicle_is_in_use_for_oneself_too(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        car = country.car(buyer, office)
        await buyer.create_selection(car)
        answer = await buyer.submit(car)
        assert (answer.status, answer.code) == (409, "vehicle_in_use")
        assert len((await buyer.get("/preselections")).ok()["items"]) == 1
        context = country.stack.context
        rows = await context.repositories.database.rows(
            select(preselection.c.stage).where(
                preselection.c.vehicle_hash == context.repositories.hashes.vehicle(car.vin)
            )
        )
        assert [row.stage for row in rows] == ["service_notes"], "a refused submission leaves nothing of the seller"

    async def test_of_many_at_once_one_begins(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        car, code = country.car(buyer, office), await buyer.first_code()
        answers: list[Answer] = await asyncio.gather(*(buyer.post("/preselections", car.body(code)) for _ in range(5)))
        assert sorted(answer.status for answer in answers)[:2] == [201, 409]

    async def test_a_used_up_vehicle_gets_no_new_chances(self, country: Country) -> None:
        office = await country.office(draws="0", composed="1")
        buyer = country.applicant()
        car = country.car(buyer, office)
        selection = await buyer.reach_selection(car)
        taken = f"{office.prefixes[0]}A1234"
        assert (await selection.post("compositions", {"numbers": [taken]})).ok()["stage"] == "exhausted"
        answer = await buyer.submit(car)
        assert (answer.status, answer.code) == (409, "vehicle_exhausted")

    async def test_one_applicant_may_hold_preselections_of_several_vehicles(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        selections = [await buyer.create_selection(country.car(buyer, office)) for _ in range(3)]
        items = (await buyer.get("/preselections")).ok()["items"]
        assert [item["id"] for item in items] == [selection.id for selection in reversed(selections)]


@pytest.mark.parametrize("purpose", ["confirm_identity", "reserved", "", None, 1])
async def test_codes_of_other_purposes_are_not_sent_here(country: Country, purpose: object) -> None:
    buyer = country.applicant()
    assert (await buyer.post("/verification-codes", {"purpose": purpose})).code == "validation_failed"
    assert country.stack.phone.of(buyer.phone) == []


async def test_a_code_names_its_purpose_and_warns(country: Country) -> None:
    buyer = country.applicant()
    answer = await buyer.post("/verification-codes", {"purpose": "confirm_information"})
    assert answer.status == 202
    assert answer.body["sent_to"] == f"139****{buyer.phone[-4:]}"
    assert answer.body["now"] <= answer.body["resend_at"] < answer.body["expires_at"]
    (message,) = country.stack.phone.of(buyer.phone)
    assert message.code
    assert message.code in message.text
    assert "请勿" in message.text


async def test_a_phone_without_service_is_unavailable_and_counts_nothing(country: Country) -> None:
    buyer = country.applicant()
    country.stack.phone.down = SWITCHED_OFF
    for _ in range(12):
        answer = await buyer.post("/verification-codes", {"purpose": "confirm_information"})
        assert (answer.status, answer.code, answer.body["parts"]) == (503, "unavailable", {"sms": "down"})
    country.stack.phone.down = None
    assert await buyer.first_code()
