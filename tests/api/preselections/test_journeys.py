"""Whole preselections over REST, on the real servers."""

from tests.support.country import Country


async def test_a_journey_by_draw_ends_with_a_reserved_plate(country: Country) -> None:
    office = await country.office()
    buyer = country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    view = (await selection.post("draws", {"exclude_four": True})).ok()
    assert len(view["batch"]["numbers"]) == 10
    number = view["batch"]["numbers"][3]
    view = (await selection.post("candidates", {"number": number})).ok()
    assert view["candidates"]["numbers"] == [number]
    view = (await selection.post("confirmation", {"number": number})).ok()
    assert view["stage"] == "completed"
    assert view["plate"] == number
