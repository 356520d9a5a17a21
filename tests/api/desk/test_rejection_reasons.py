"""A rejection at the desk: the applicant gets an SMS, and reads the reason in plain words and what to do now."""

from uuid import UUID

import pytest

from domain.sms import Sms
from tests.support.country import Country
from tests.support.waiting import eventually

FREE = "卖方未到场"


@pytest.mark.parametrize(
    "reason, language, words",
    [("documents_missing", "en", "Papers are missing"), (FREE, "zh-CN", FREE)],
    ids=["from the list", "typed"],
)
async def test_the_applicant_reads_why_and_what_to_do(country: Country, reason: str, language: str, words: str) -> None:
    office, buyer = await country.office(), country.applicant()
    reservation = await buyer.reach_reservation(country.car(buyer, office))
    clerk = country.caller("clerk", office=office.code)
    listed = (await clerk.get("/desk/reasons", headers={"Accept-Language": language})).ok()["items"]
    assert (words in [item["text"] for item in listed]) == (reason != FREE)
    (await clerk.post(f"/desk{reservation.path}/rejection", {"reason": reason})).ok()
    view = (await buyer.get(reservation.path, headers={"Accept-Language": language})).ok()
    assert (view["stage"], view["rejection"]["reason"]) == ("cancelled", words)
    assert (view["rejection"]["advice"] is None) == (reason == FREE)

    async def received() -> list[Sms]:
        return country.stack.phone.of(buyer.phone, "rejected")

    [sms] = await eventually(received)
    assert office.name in sms.text


async def test_a_cancellation_by_the_applicant_has_no_reason_of_the_desk(country: Country) -> None:
    office, buyer = await country.own_office(cancellation="true"), country.applicant()
    reservation = await buyer.reach_reservation(country.car(buyer, office))
    (await reservation.post("cancellation")).ok()
    assert (await reservation.view())["rejection"] is None


@pytest.mark.parametrize(
    "reason",
    [
        "",
        " ",
        "\u200b",
        "请联系卖方 138-0013-8000",
        "卖方110105-19491231-002X撤回",
        "买方9111 0000 6000 3734 1L",
        "①③⑧00138000",
    ],
)
async def test_attack_a_clerk_gives_no_reason_or_names_somebody_by_a_number(country: Country, reason: str) -> None:
    """The applicant would read it."""
    office, buyer = await country.office(), country.applicant()
    reservation = await buyer.reach_reservation(country.car(buyer, office))
    clerk = country.caller("clerk", office=office.code)
    refused = await clerk.post(f"/desk{reservation.path}/rejection", {"reason": reason})
    assert (refused.code, refused.body["errors"][0]["field"]) == ("validation_failed", "reason")
    assert (await reservation.view())["stage"] == "completed"
    assert await country.stack.repositories.desk_reasons.of_preselection(UUID(reservation.id)) == []
