"""Foreign permanent residents: their numbers begin with 9, and name a nationality where others name a district."""

from itertools import count
from uuid import uuid4

import pytest

from domain.identifiers import resident_id_check_character
from domain.parties import Party, PartyKind
from domain.pii_detection import names_somebody
from operations.commands import OperatorCommand
from operations.people import export_person
from process.clock import system_clock
from tests.support.country import Country, ban
from tests.support.desk import clerk_of, operator
from tests.support.http import Answer

SERIALS = count(100)


def a_card_number(region: str, *, check: str = "") -> str:
    """A number that no other test uses, where asked for with this check character."""
    while True:
        serial = next(SERIALS)
        body = f"{region}1985{serial // 1000 % 12 + 1:02d}15{serial % 1000:03d}"
        character = resident_id_check_character(body)
        if character == (check or character):
            return body + character


def export_command() -> OperatorCommand:
    return OperatorCommand(uuid4(), "wang", system_clock(), "本人申请")


@pytest.mark.parametrize("region", ["911840", "944392"])
async def test_they_buy_and_sell_are_masked_banned_and_found(country: Country, region: str) -> None:
    number, office = a_card_number(region, check="X"), await country.office()
    buyer = country.applicant(id_number=number, name="SMITH JOHN")
    seller = Party(PartyKind.PERSON, "TANAKA HANA", a_card_number("965004"))
    selection = await buyer.reach_reservation(country.car(buyer, office, seller=seller))
    assert (await selection.view())["vehicle"]["seller_name"] == "T**********"
    listed = (await clerk_of(country, office).get("/desk/reservations")).ok()["items"]
    assert [each["holder"] for each in listed if each["id"] == selection.id] == ["S*********"]
    await ban(country, buyer)
    caller = operator(country)
    for typed in (number, number.lower(), f" {number} "):
        found: Answer = await caller.post("/operations/blacklist/search", {"id_number": typed})
        assert len(found.ok()["items"]) == 1
        assert number not in str(found.body)
    file = await export_person(country.stack.context.operations, number.lower(), export_command())
    assert [str(row.id) for row in file.preselections] == [selection.id]
    sold = await export_person(country.stack.context.operations, seller.id_number, export_command())
    assert [str(each) for each in sold.as_seller] == [selection.id]


async def test_a_mistyped_number_of_a_seller_is_invalid_and_one_in_a_reason_personal(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    right = a_card_number("911840")
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    for number in (wrong, right.replace("911", "916", 1)):
        car = country.car(buyer, office, seller=Party(PartyKind.PERSON, "SMITH JOHN", number))
        assert (await buyer.submit(car)).code == "id_number_invalid"
    assert names_somebody(f"来电 {right[:6]} {right[6:14]} {right[14:]}")
