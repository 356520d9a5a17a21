"""From 选号服务说明 to 完成号牌预选: each act with its refusals."""

from datetime import timedelta
from typing import Any

import pytest

from domain.instants import parse_instant
from storage.offices.offices import Office
from tests.support.country import Country, ban, wrong
from tests.support.phones import SWITCHED_OFF
from tests.support.selections import reach_selection, until_after

ACTIONS: dict[str, Any] = {
    "start": None,
    "identity-code": None,
    "identity": {"code": "123456"},
    "compositions": {"numbers": ["{prefix}12345"]},
    "draws": {},
    "candidates": {"number": "{prefix}12345"},
    "confirmation": {"number": "{prefix}12345"},
}


class TestIdentity:
    async def test_the_steps_fill_the_view_as_they_go(self, country: Country) -> None:
        office, buyer = await country.office(confirm_delay="PT1S", code_resend="PT60S"), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        view = (await selection.post("start")).ok()
        assert (view["stage"], view["identity"]) == ("identity_verification", None)
        identity = (await selection.post("identity-code")).ok()["identity"]
        assert identity["code_sent"] is True
        assert identity["confirm_enabled_at"] < identity["resend_at"] < identity["expires_at"]
        code = {"code": country.stack.phone.last_code(buyer.phone)}
        early = await selection.post("identity", code)
        assert (early.status, early.code) == (409, "too_early")
        assert early.body["retry_at"] == identity["confirm_enabled_at"]
        resent = await selection.post("identity-code")
        assert (resent.status, resent.code) == (429, "rate_limited")
        assert resent.body["retry_at"] == identity["resend_at"]
        await until_after(identity["confirm_enabled_at"], country)
        view = (await selection.post("identity", code)).ok()
        assert (view["stage"], view["identity"]) == ("plate_selection", None)
        assert view["composed"]["confirm_enabled_at"]

    async def test_a_code_must_have_been_sent(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        await selection.post("start")
        assert (await selection.post("identity", {"code": "123456"})).code == "code_not_sent"

    async def test_wrong_codes_are_counted_and_a_new_one_resets_them(self, country: Country) -> None:
        office, buyer = await country.office(code_attempts="2"), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        await selection.post("start")
        await selection.post("identity-code")
        bad = {"code": wrong(country.stack.phone.last_code(buyer.phone))}
        answers = [await selection.post("identity", bad) for _ in range(3)]
        assert [answer.code for answer in answers] == ["code_incorrect", "code_incorrect", "code_attempts_exceeded"]
        assert [answer.status for answer in answers] == [422, 422, 429]
        await selection.post("identity-code")
        right = {"code": country.stack.phone.last_code(buyer.phone)}
        assert (await selection.post("identity", right)).ok()["stage"] == "plate_selection"

    async def test_an_expired_code_is_reported(self, country: Country) -> None:
        office, buyer = await country.office(code_ttl="PT1S"), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        await selection.post("start")
        expires_at = (await selection.post("identity-code")).ok()["identity"]["expires_at"]
        await until_after(expires_at, country)
        code = {"code": country.stack.phone.last_code(buyer.phone)}
        answer = await selection.post("identity", code)
        assert (answer.status, answer.code) == (422, "code_expired")

    async def test_without_sms_the_code_is_unavailable(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        await selection.post("start")
        country.stack.phone.down = SWITCHED_OFF
        answer = await selection.post("identity-code")
        assert (answer.status, answer.code, answer.body["parts"]) == (503, "unavailable", {"sms": "down"})
        country.stack.phone.down = None
        assert (await selection.post("identity-code")).ok()["identity"]


class TestStages:
    @pytest.mark.parametrize(
        "action", ["identity-code", "identity", "compositions", "draws", "candidates", "confirmation"]
    )
    async def test_no_action_comes_before_its_stage(self, country: Country, action: str) -> None:
        office, buyer = await country.office(), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        answer = await selection.post(action, at(ACTIONS[action], office))
        assert (answer.status, answer.code, answer.body["stage"]) == (409, "wrong_stage", "service_notes")

    @pytest.mark.parametrize("action", list(ACTIONS))
    async def test_nothing_more_happens_to_a_completed_one(self, country: Country, action: str) -> None:
        office, buyer = await country.office(), country.applicant()
        selection = await buyer.reach_reservation(country.car(buyer, office))
        answer = await selection.post(action, at(ACTIONS[action], office))
        assert (answer.code, answer.body["stage"]) == ("wrong_stage", "completed")

    async def test_cancellation_is_refused_by_policy_before_the_stage(self, country: Country) -> None:
        office, buyer = await country.office(), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        answer = await selection.post("cancellation")
        assert (answer.status, answer.code) == (409, "cancellation_not_allowed")

    async def test_cancellation_gives_a_completed_plate_back_where_policy_allows(self, country: Country) -> None:
        office, buyer = await country.office(cancellation="true"), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        assert (await selection.post("cancellation")).code == "wrong_stage"
        await selection.verify()
        number = {"number": (await selection.post("draws")).ok()["batch"]["numbers"][0]}
        await selection.post("candidates", number)
        view = (await selection.post("confirmation", number)).ok()
        assert view["visit_by"] <= view["deadline"]
        view = (await selection.post("cancellation")).ok()
        assert (view["stage"], view["plate"], view["deadline"]) == ("cancelled", None, None)
        assert (await selection.post("cancellation")).code == "wrong_stage"


def at(body: Any, office: Office) -> Any:
    """The body with numbers of this office."""
    if body is None:
        return None
    text = {"number": f"{office.prefixes[0]}12345", "numbers": [f"{office.prefixes[0]}12345"]}
    return {name: text.get(name, value) for name, value in body.items()}


class TestDraws:
    async def test_ten_free_numbers_for_one_draw(self, country: Country) -> None:
        office, selection = await reach_selection(country)
        view = (await selection.post("draws", {"exclude_four": True, "prefix": office.prefixes[0].lower()})).ok()
        numbers = view["batch"]["numbers"]
        assert len(set(numbers)) == 10
        assert not any("4" in number for number in numbers)
        assert view["draws"]["remaining"] == 4
        assert parse_instant(view["batch"]["expires_at"]) - parse_instant(view["now"]) <= timedelta(seconds=90)

    async def test_a_body_is_not_needed(self, country: Country) -> None:
        _, selection = await reach_selection(country)
        assert (await selection.post("draws")).ok()["batch"]

    async def test_a_prefix_of_another_office_fails_validation(self, country: Country) -> None:
        _, selection = await reach_selection(country)
        assert (await selection.post("draws", {"prefix": "京A"})).code == "validation_failed"

    async def test_no_draws_left(self, country: Country) -> None:
        _, selection = await reach_selection(country, draws="1")
        await selection.post("draws")
        answer = await selection.post("draws")
        assert (answer.status, answer.code) == (409, "no_draws_left")

    async def test_nothing_to_draw_is_not_charged(self, country: Country) -> None:
        _, selection = await reach_selection(country, "444!!")
        answer = await selection.post("draws", {"exclude_four": True})
        assert (answer.status, answer.code) == (409, "numbers_unavailable")
        assert (await selection.view())["draws"]["remaining"] == 5

    async def test_an_expired_batch_is_gone_from_the_view(self, country: Country) -> None:
        _, selection = await reach_selection(country, batch_ttl="PT1S")
        batch = (await selection.post("draws")).ok()["batch"]
        await until_after(batch["expires_at"], country)
        assert (await selection.view())["batch"] is None
        answer = await selection.post("candidates", {"number": batch["numbers"][0]})
        assert (answer.status, answer.code) == (409, "batch_expired")


class TestCandidates:
    async def test_only_a_number_of_the_batch(self, country: Country) -> None:
        office, selection = await reach_selection(country)
        await selection.post("draws")
        answer = await selection.post("candidates", {"number": f"{office.prefixes[0]}A1234"})
        assert (answer.status, answer.code) == (409, "not_in_batch")

    async def test_only_a_candidate_can_be_confirmed(self, country: Country) -> None:
        _, selection = await reach_selection(country)
        number = (await selection.post("draws")).ok()["batch"]["numbers"][0]
        answer = await selection.post("confirmation", {"number": number})
        assert (answer.status, answer.code) == (409, "not_a_candidate")

    async def test_an_expired_candidate_is_reported(self, country: Country) -> None:
        _, selection = await reach_selection(country, candidate_ttl="PT1S")
        number = {"number": (await selection.post("draws")).ok()["batch"]["numbers"][0]}
        candidates = (await selection.post("candidates", number)).ok()["candidates"]
        await until_after(candidates["expires_at"], country)
        answer = await selection.post("confirmation", number)
        assert (answer.status, answer.code) == (409, "candidate_expired")
        assert (await selection.view())["candidates"] is None

    async def test_small_letters_are_folded(self, country: Country) -> None:
        office, selection = await reach_selection(country, "A!!!!")
        number = (await selection.post("draws")).ok()["batch"]["numbers"][0].lower()
        assert (await selection.post("candidates", {"number": number})).ok()["candidates"]
        assert (await selection.post("confirmation", {"number": number})).ok()["plate"] == number.upper()
        assert office.prefixes[0] in number.upper()

    async def test_confirming_reserves_the_plate_with_its_last_day(self, country: Country) -> None:
        office, selection = await reach_selection(country)
        number = {"number": (await selection.post("draws")).ok()["batch"]["numbers"][0]}
        await selection.post("candidates", number)
        view = (await selection.post("confirmation", number)).ok()
        assert (view["stage"], view["plate"]) == ("completed", number["number"])
        assert (view["batch"], view["candidates"]) == (None, None)
        assert len(view["visit_by"]) == 10
        assert view["deadline"].endswith("T16:00:00.000Z")
        assert view["office"]["code"] == office.code


class TestLimits:
    async def test_an_account_writes_so_many_times_a_minute(self, country: Country) -> None:
        _, selection = await reach_selection(country, writes_per_minute="8")
        answers = [await selection.post("candidates", {"number": "京A12345"}) for _ in range(8)]
        limited = [answer for answer in answers if answer.status == 429]
        assert answers[0].code == "not_in_batch"
        # The creation and three acts came before; the first code belongs to no office, whose limit is another.
        assert len(limited) == 4
        assert limited[0].code == "rate_limited"
        assert limited[0].body["retry_at"]
        assert int(limited[0].headers["retry-after"]) <= 60

    async def test_the_stage_is_checked_before_the_limit_and_costs_nothing_of_it(self, country: Country) -> None:
        office, buyer = await country.office(writes_per_minute="3"), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        for _ in range(6):
            assert (await selection.post("draws")).code == "wrong_stage"
        assert (await selection.post("start")).ok()

    async def test_a_banned_party_goes_no_further(self, country: Country) -> None:
        office, selection = await reach_selection(country)
        until = await ban(country, selection.applicant)
        for action, body in (("draws", {}), ("compositions", at(ACTIONS["compositions"], office))):
            answer = await selection.post(action, body)
            assert (answer.status, answer.code, answer.body["until"]) == (403, "blacklisted", until)


async def test_exhausted_comes_by_itself_when_the_last_hold_has_ended(country: Country) -> None:
    office, selection = await reach_selection(country, draws="1", composed="1", batch_ttl="PT1S")
    await selection.post("compositions", {"numbers": [f"{office.prefixes[0]}A1234"]})
    batch = (await selection.post("draws")).ok()["batch"]
    await until_after(batch["expires_at"], country)
    view = await selection.view()
    assert (view["stage"], view["draws"]["remaining"], view["composed"]["remaining"]) == ("exhausted", 0, 0)
