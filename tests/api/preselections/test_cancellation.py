"""The applicant cancels a reservation: only if the office's policy allows it, and chances are not restored."""

from process.clock import system_clock
from tests.support.country import Country
from tests.support.desk import clerk_of, reserve_plate


async def test_where_the_office_allows_it_the_plate_goes_back_and_chances_stay_spent(country: Country) -> None:
    office = await country.own_office(cancellation="true")
    selection = await reserve_plate(country, office)
    before = await selection.view()
    assert before["cancellation_allowed"] is True
    view = (await selection.post("cancellation")).ok()
    assert view["cancellation_allowed"] is False
    assert (view["stage"], view["plate"], view["visit_by"]) == ("cancelled", None, None)
    assert view["draws"]["remaining"] == before["draws"]["remaining"] == 4
    [claim] = await country.stack.repositories.claims.live([before["plate"]], system_clock())
    assert claim.kind == "cooling"
    entry = (await selection.applicant.post("/entries", {})).ok()
    assert (entry["screen"], entry["blacklist"]) == ("introduction", None)


async def test_a_cancelled_vehicle_goes_on_with_the_chances_that_were_left(country: Country) -> None:
    office, applicant = await country.own_office(cancellation="true"), country.applicant()
    car = country.car(applicant, office)
    selection = await applicant.reach_reservation(car)
    (await selection.post("cancellation")).ok()
    again = await applicant.create_selection(car)
    assert (await again.view())["draws"]["remaining"] == 4


async def test_where_it_is_not_allowed_that_goes_before_the_stage(country: Country) -> None:
    office, applicant = await country.office(), country.applicant()
    early = await applicant.create_selection(country.car(applicant, office))
    finished = await reserve_plate(country, office)
    for selection in (early, finished):
        answer = await selection.post("cancellation")
        assert (answer.status, answer.code) == (409, "cancellation_not_allowed")
    view = await finished.view()
    assert (view["stage"], view["cancellation_allowed"]) == ("completed", False)


async def test_only_a_reservation_can_be_cancelled_and_only_once(country: Country) -> None:
    office, applicant = await country.own_office(cancellation="true"), country.applicant()
    early = await applicant.create_selection(country.car(applicant, office))
    assert (await early.post("cancellation")).code == "wrong_stage"
    finished = await reserve_plate(country, office)
    (await finished.post("cancellation")).ok()
    assert (await finished.post("cancellation")).body["stage"] == "cancelled"
    confirmed = await reserve_plate(country, office)
    (await clerk_of(country, office).post(f"/desk/preselections/{confirmed.id}/confirmation")).ok()
    assert (await confirmed.post("cancellation")).body["stage"] == "registered"
