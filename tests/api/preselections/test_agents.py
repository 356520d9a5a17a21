"""Several agents of one organisation, and several cars of one party."""

from typing import Any

from tests.support.applicants import Applicant, Selection
from tests.support.country import Country
from tests.support.waiting import eventually


def colleagues(country: Country) -> tuple[Applicant, Applicant]:
    """Two agents of one organisation, each with a separate account, identity and phone."""
    first = country.agent()
    return first, country.agent(organisation=first.claims["organisation"])


async def entry(applicant: Applicant, body: Any = None) -> dict[str, Any]:
    return (await applicant.post("/entries", body)).ok()


async def test_an_agent_goes_on_with_what_another_of_the_organisation_has_begun(country: Country) -> None:
    office, (first, second) = await country.office(), colleagues(country)
    begun = await first.create_selection(country.car(first, office))
    listed = (await second.get("/preselections")).ok()["items"]
    assert [item["id"] for item in listed] == [begun.id]
    answer = await entry(second)
    assert (answer["screen"], answer["preselection"]["id"]) == ("service_notes", begun.id)
    # From now on the second agent's phone gets the codes, and the first one sees whose turn it is.
    assert (await begun.view())["phone"][-4:] == second.phone[-4:]
    [sms] = country.stack.phone.of(first.phone, "handed_over")
    assert office.name in sms.text
    assert country.stack.phone.of(second.phone, "handed_over") == []
    mine = Selection(second, begun.id)
    await mine.verify()
    number = {"number": (await mine.post("draws", {})).ok()["batch"]["numbers"][0]}
    (await mine.post("candidates", number)).ok()
    assert (await mine.post("confirmation", number)).ok()["plate"] == number["number"]

    async def is_sent() -> bool:
        return bool((await mine.view())["success_sms"] == "handed_over")

    await eventually(is_sent)
    assert (await entry(first))["screen"] == "completed"


async def test_only_one_agent_selects_at_a_time(country: Country) -> None:
    office, (first, second) = await country.office(), colleagues(country)
    selection = await first.reach_selection(country.car(first, office))
    other = Selection(second, selection.id)
    refused = await other.post("draws", {})
    assert refused.code == "session_held"
    assert refused.body["until"] == (await selection.view())["session_until"]
    answer = await entry(second)
    assert (answer["preselection"]["stage"], answer["screen"]) == ("plate_selection", "service_notes")
    assert first.phone[-4:] in answer["message"]
    assert (await selection.view())["stage"] == "plate_selection"
    # The holder leaves: then the other one may go on.
    await entry(first)
    await entry(second)
    (await other.post("start")).ok()
    assert (await selection.post("start")).code == "session_held"


async def test_an_act_that_is_refused_takes_nothing_over(country: Country) -> None:
    office, (first, second) = await country.office(), colleagues(country)
    begun = await first.create_selection(country.car(first, office))
    reserved = await first.reach_reservation(country.car(first, office))
    for selection, act in ((begun, "identity-code"), (begun, "draws"), (reserved, "start")):
        assert (await Selection(second, selection.id).post(act)).code == "wrong_stage"
        assert (await selection.view())["phone"][-4:] == first.phone[-4:]
    assert country.stack.phone.of(first.phone, "handed_over") == []
    # The last one's SMS go to the agent who has reserved the plate; an act that is accepted passes the first one over.
    (await Selection(second, begun.id).post("start")).ok()
    assert (await begun.view())["phone"][-4:] == second.phone[-4:]


async def test_strangers_see_nothing_of_an_organisation(country: Country) -> None:
    office, (first, _) = await country.office(), colleagues(country)
    begun = await first.create_selection(country.car(first, office))
    stranger = country.agent()
    # The same person without the organisation is another party.
    person = country.applicant(**{name: first.claims[name] for name in ("sub", "id_number", "name", "phone_number")})
    for applicant in (stranger, person):
        assert (await applicant.get(begun.path)).code == "not_found"
        assert (await entry(applicant))["screen"] == "introduction"


async def test_an_entry_names_the_partys_other_cars(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    first = await buyer.reach_reservation(country.car(buyer, office))
    plate = (await first.view())["plate"]
    answer = await entry(buyer, {"new_vehicle": True})
    assert answer["others"] == [{"id": first.id, "stage": "completed", "plate": plate}]
    assert (await entry(buyer))["others"] == []
