"""自编: composed numbers, tried in the order given (R-19 to R-29)."""

import pytest

from tests.support.country import Country
from tests.support.selections import reach_selection, until_after


class TestCompositions:
    async def test_the_first_free_number_is_reserved_at_once(self, country: Country) -> None:
        office, selection = await reach_selection(country)
        p = office.prefixes[0]
        view = (await selection.post("compositions", {"numbers": [f"{p}A1234", f"{p}12345", f"{p}12346"]})).ok()
        assert (view["stage"], view["plate"]) == ("completed", f"{p}12345")
        assert view["last_submission"] == [
            {"number": f"{p}A1234", "outcome": "taken"},
            {"number": f"{p}12345", "outcome": "accepted"},
            {"number": f"{p}12346", "outcome": "not_tried"},
        ]

    @pytest.mark.slow
    async def test_all_taken_costs_as_many_and_starts_the_interval(self, country: Country) -> None:
        office, selection = await reach_selection(country, composed="3", compose_interval="PT2S")
        p = office.prefixes[0]
        numbers = {"numbers": [f"{p}a1234", f"{p}A1235"]}
        enabled_at = (await selection.view())["composed"]["confirm_enabled_at"]
        answer = await selection.post("compositions", numbers)
        assert (answer.code, answer.body["retry_at"]) == ("too_early", enabled_at)
        await until_after(enabled_at, country)
        view = (await selection.post("compositions", numbers)).ok()
        assert (view["stage"], view["composed"]["remaining"]) == ("plate_selection", 1)
        assert view["last_submission"] == [
            {"number": f"{p}A1234", "outcome": "taken"},
            {"number": f"{p}A1235", "outcome": "taken"},
        ]
        answer = await selection.post("compositions", numbers)
        assert (answer.status, answer.code, answer.body["max"]) == (409, "too_many_numbers", 1)
        await until_after(view["composed"]["confirm_enabled_at"], country)
        await selection.post("compositions", {"numbers": [f"{p}A1236"]})
        answer = await selection.post("compositions", {"numbers": [f"{p}A1236"]})
        assert (answer.status, answer.code) == (409, "no_composed_left")
        assert (await selection.view())["composed"]["confirm_enabled_at"] is None

    async def test_malformed_and_foreign_numbers_are_listed(self, country: Country) -> None:
        office, selection = await reach_selection(country)
        p = office.prefixes[0]
        bad = [f"{p}I2345", "京A12345", f"{p}１２３４５", f"{p}1234", "x" * 500]
        answer = await selection.post("compositions", {"numbers": [f"{p}12345", *bad]})
        assert (answer.status, answer.code) == (422, "number_malformed")
        assert answer.body["numbers"] == [text[:16] for text in bad]

    async def test_the_same_number_twice_is_refused(self, country: Country) -> None:
        office, selection = await reach_selection(country, "A!!!!")
        p = office.prefixes[0]
        answer = await selection.post("compositions", {"numbers": [f"{p}A1234", f"{p}a1234"]})
        assert (answer.status, answer.code) == (422, "number_duplicated")

    async def test_more_than_can_be_entered_at_once(self, country: Country) -> None:
        office, selection = await reach_selection(country)
        numbers = [f"{office.prefixes[0]}1234{digit}" for digit in range(6)]
        answer = await selection.post("compositions", {"numbers": numbers})
        assert (answer.code, answer.body["max"]) == ("too_many_numbers", 5)
        assert (await selection.view())["composed"]["remaining"] == 20
