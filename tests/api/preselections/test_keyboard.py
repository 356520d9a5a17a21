"""The on-screen keyboard (R-19, R-20)."""

import pytest

from tests.support.country import Country


async def test_it_offers_what_leads_to_a_free_number(country: Country) -> None:
    office, buyer = await country.office("A!!!!", "B1!!!"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    prefix, path = office.prefixes[0], f"{selection.path}/keyboard"

    async def available(typed: str) -> list[str]:
        answer = (await buyer.get(path, params={"prefix": prefix, "typed": typed})).ok()
        assert answer["position"] == len(typed)
        assert answer["as_of"].endswith("Z")
        return list(answer["available"])

    assert await available("") == ["A", "B"]
    assert await available("B") == ["1"]
    assert await available("a123") == list("0123456789")
    for finished_or_impossible in ("A1234", "O", "AA", "A12345", "zzzzzzzz"):
        assert await available(finished_or_impossible) == []


async def test_only_at_the_choice_of_plates(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    answer = await buyer.get(f"{selection.path}/keyboard", params={"prefix": office.prefixes[0], "typed": ""})
    assert (answer.status, answer.code, answer.body["stage"]) == (409, "wrong_stage", "service_notes")


async def test_so_many_calls_a_minute_for_a_preselection(country: Country) -> None:
    office, buyer = await country.office(keyboard_per_minute="3"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    params = {"prefix": office.prefixes[0], "typed": "1"}
    answers = [await buyer.get(f"{selection.path}/keyboard", params=params) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[3].code == "rate_limited"
    assert answers[3].body["retry_at"]
    assert answers[3].headers["retry-after"]


@pytest.mark.parametrize(
    "params",
    [{}, {"typed": "1"}, {"prefix": "京A"},
     {"prefix": ""}, {"typed": "１"}, {"typed": "\0"}, {"typed": "é"}, {"x": "1"},
     {"typed": "1" * 300}, {"prefix": "\0"}],
    ids=str,
)  # fmt: skip
async def test_malformed_queries_fail_validation(country: Country, params: dict[str, str]) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    known = {} if "prefix" in params or params in ({}, {"typed": "1"}) else {"prefix": office.prefixes[0]}
    answer = await buyer.get(f"{selection.path}/keyboard", params=known | params)
    assert (answer.status, answer.code) == (422, "validation_failed")


async def test_numbers_that_are_merely_offered_stay_in_it_and_reserved_ones_leave(country: Country) -> None:
    office = await country.office("1234!", keyboard_snapshot="PT0S", batch_size="1")
    buyer, other = country.applicant(), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    reader = await other.reach_selection(country.car(other, office))
    params = {"prefix": office.prefixes[0], "typed": "1234"}
    number = (await selection.post("draws")).ok()["batch"]["numbers"][0]
    assert number[-1] in (await other.get(f"{reader.path}/keyboard", params=params)).ok()["available"]
    await selection.post("candidates", {"number": number})
    (await selection.post("confirmation", {"number": number})).ok()
    assert number[-1] not in (await other.get(f"{reader.path}/keyboard", params=params)).ok()["available"]
