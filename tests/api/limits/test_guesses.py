"""Many guesses of a code at once."""

import asyncio
from collections import Counter

from tests.support.country import Country


async def test_200_guesses_of_a_code_at_once_are_all_answered_in_time(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    (await selection.post("start")).ok()
    (await selection.post("identity-code")).ok()
    right = int(country.stack.phone.last_code(buyer.phone))
    began = country.stack.context.clock()
    answers = await asyncio.gather(
        *(selection.post("identity", {"code": f"{(right + 1 + guess) % 1_000_000:06d}"}) for guess in range(200))
    )
    seconds = (country.stack.context.clock() - began).total_seconds()
    codes = Counter(answer.code for answer in answers)
    assert 1 <= codes["code_incorrect"] <= 5
    assert not codes["outcome_unknown"]
    assert seconds < 15
