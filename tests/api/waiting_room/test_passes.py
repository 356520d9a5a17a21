"""Who may begin: a person with one place on all accounts, and a pass of this very room that has not run out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from api.waiting_room.passes import QueuePass, read_pass, sign
from domain.instants import format_instant
from domain.waiting_room import PASS_VALID_FOR
from process.clock import system_clock
from storage.offices.offices import Office
from tests.support.applicants import Applicant
from tests.support.country import Country
from tests.support.people import an_id_number
from tests.support.waiting import eventually

HOUR, MILLISECOND = timedelta(hours=1), timedelta(milliseconds=1)


async def open_now(country: Country, office: Office) -> None:
    """A room that opens at once."""
    opens_at = system_clock() + timedelta(seconds=0.5)
    hours = {"opens_at": format_instant(opens_at), "closes_at": format_instant(opens_at + HOUR), "reason": "新号段投放"}
    (await country.caller("operator").post(f"/operations/offices/{office.code}/queue", hours)).ok()


async def wait_for_turn(applicant: Applicant, office: Office) -> str:
    """The pass of somebody who is let in."""

    async def admitted() -> str | None:
        place = (await applicant.post(f"/offices/{office.code}/queue")).ok()
        return str(place["pass"]) if place["admitted"] else None

    return await eventually(admitted, within=20)


async def test_a_person_with_two_accounts_and_two_devices_has_one_place_and_one_turn(country: Country) -> None:
    office, id_number = await country.own_office(), an_id_number()
    queue = f"/offices/{office.code}/queue"
    at_home, at_work = country.applicant(id_number=id_number), country.applicant(id_number=id_number.lower())
    assert at_home.claims["sub"] != at_work.claims["sub"]
    agent = country.agent(id_number=id_number)
    other = country.applicant()
    await open_now(country, office)
    for each in (at_home, at_work, agent, at_home, other):
        (await each.post(queue)).ok()
    await wait_for_turn(other, office)
    places = [(await each.post(queue)).ok()["place"] for each in (at_home, at_work, agent, other)]
    assert sorted(set(places)) == [1, 2]
    assert len(set(places[:3])) == 1
    # The pass of the one account lets the same person in with the other one.
    selection = await at_work.create_selection(country.car(at_work, office))
    own = await wait_for_turn(at_home, office)
    assert (await selection.post("start", headers={"Queue-Pass": own})).ok()["stage"] == "identity_verification"


Change = Callable[[QueuePass], QueuePass]
WRONG: dict[str, Change] = {
    "of another room": lambda own: replace(own, room_id=uuid4()),
    "of somebody else": lambda own: replace(own, person="0" * len(own.person)),
    "that has run out": lambda own: replace(own, ends=system_clock() - MILLISECOND),
    "of somebody who waits": lambda own: replace(own, ends=None),
}


async def test_a_pass_of_another_room_of_another_person_or_too_old_lets_nobody_in(country: Country) -> None:
    office, buyer = await country.own_office(), country.applicant()
    keyed = country.stack.repositories.hashes.keyed
    selection = await buyer.create_selection(country.car(buyer, office))
    await open_now(country, office)
    right = await wait_for_turn(buyer, office)
    own = read_pass(right, keyed)
    assert own
    assert own.ends
    assert timedelta(0) < own.ends - system_clock() <= PASS_VALID_FOR
    for what, change in WRONG.items():
        refused = await selection.post("start", headers={"Queue-Pass": sign(change(own), keyed)})
        assert refused.code == "forbidden", what
    text, mac = right.split(".")
    for forged in (right[:-1], right + "A", f"{text}.{'B' if mac[0] == 'A' else 'A'}{mac[1:]}", "x", ""):
        assert (await selection.post("start", headers={"Queue-Pass": forged})).code == "forbidden", forged
    assert (await selection.post("start", headers={"Queue-Pass": right})).ok()["stage"] == "identity_verification"
