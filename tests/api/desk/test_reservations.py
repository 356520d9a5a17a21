"""The desk's list: only the clerk's office, found by plate and stage, stable under concurrent changes."""

from uuid import UUID

import pytest
from sqlalchemy import text

from process.clock import system_clock
from tests.support.applicants import Caller, Selection
from tests.support.country import Country
from tests.support.desk import clerk_of, let_lapse, reserve_plate


async def test_a_clerk_finds_the_own_office_s_reservations_newest_first(country: Country) -> None:
    office, other = await country.own_office(), await country.own_office()
    buyer = country.applicant()
    cars = [country.car(buyer, office)]
    first, second = await buyer.reach_reservation(cars[0]), await reserve_plate(country, office)
    await reserve_plate(country, other)
    applicant = country.applicant()
    await applicant.reach_selection(country.car(applicant, office))
    page = (await clerk_of(country, office).get("/desk/reservations")).ok()
    assert [item["id"] for item in page["items"]] == [second.id, first.id]
    assert page["next"] is None
    view = await first.view()
    assert page["items"][1] == {
        "id": first.id, "plate": view["plate"], "stage": "completed", "visit_by": view["visit_by"], "holder": "王**",
        "vin_tail": cars[0].vin[-6:], "certificate_tail": cars[0].certificate_number[-6:],
    }  # fmt: skip


async def test_an_agent_s_reservation_names_the_organisation_masked(country: Country) -> None:
    office, agent = await country.own_office(), country.applicant()
    agent.claims["organisation"] = {"name": "深圳市贸易有限公司", "credit_code": "91110000600037341L"}
    await reserve_plate(country, office, agent)
    [item] = (await clerk_of(country, office).get("/desk/reservations")).ok()["items"]
    assert item["holder"] == "深圳*****公司"


async def test_search_by_plate_and_stage(country: Country) -> None:
    office = await country.own_office()
    one, two = await reserve_plate(country, office), await reserve_plate(country, office)
    clerk, plate = clerk_of(country, office), (await one.view())["plate"]

    async def find(**query: str) -> list[str]:
        items = (await clerk.get("/desk/reservations", params=query)).ok()["items"]
        return [item["id"] for item in items]

    assert await find(plate=plate.lower()) == [one.id]
    assert await find(plate=plate, stage="completed") == [one.id]
    assert await find(plate=plate, stage="registered") == []
    assert await find(plate="", stage="", limit="", cursor="", vin_tail="", due="") == [two.id, one.id]
    assert await find(plate=plate[2:].lower()) == [one.id]
    tail, due = await tail_of(clerk, one.id), (await one.view())["visit_by"]
    assert await find(vin_tail=tail.lower()) == [one.id]
    assert await find(vin_tail="0000000") == []
    assert await find(due=due) == [two.id, one.id]
    assert await find(due="2026-01-01") == []
    headers = clerk.headers | {"Accept": "text/csv"}
    answer = await country.stack.client.get("/desk/reservations", params={"due": due}, headers=headers)
    lines = answer.text.splitlines()
    assert lines[0] == "id,plate,stage,visit_by,holder,vin_tail,certificate_tail"
    assert [line.split(",")[0] for line in lines[1:]] == [two.id, one.id]
    await clerk.post(f"/desk/preselections/{two.id}/confirmation")
    assert await find(stage="registered") == [two.id]
    assert await find(stage="completed") == [one.id]


async def tail_of(clerk: Caller, wanted: str) -> str:
    items = (await clerk.get("/desk/reservations")).ok()["items"]
    return next(str(item["vin_tail"]) for item in items if item["id"] == wanted)


async def test_a_day_s_counters_are_of_the_office_alone(country: Country) -> None:
    office, other = await country.own_office(), await country.own_office()
    confirmed, rejected, missed, waiting = [await reserve_plate(country, office) for _ in range(4)]
    await reserve_plate(country, other)
    clerk, last_day = clerk_of(country, office), (await waiting.view())["visit_by"]
    (await clerk.post(f"/desk/preselections/{confirmed.id}/confirmation")).ok()
    (await clerk.post(f"/desk/preselections/{rejected.id}/rejection", {"reason": "documents_missing"})).ok()
    statement = text("UPDATE preselection SET deadline = created_at WHERE id = :id")
    await country.stack.repositories.database.rows(statement, {"id": UUID(missed.id)})
    today = (await clerk.get("/desk/counters")).ok()
    assert today == {"day": today["day"], "expected": 0, "confirmed": 1, "rejected": 1, "missed": 0}
    due = (await clerk.get("/desk/counters", params={"day": last_day})).ok()
    assert due == {"day": last_day, "expected": 4, "confirmed": 0, "rejected": 0, "missed": 1}
    assert (await clerk.get("/desk/counters", params={"day": "today"})).code == "validation_failed"


@pytest.mark.parametrize(
    "query",
    [
        {"plate": "粤BI2345"}, {"plate": "%"}, {"stage": "no"}, {"limit": "0"}, {"limit": "501"}, {"limit": "many"},
        {"cursor": "x"}, {"cursor": "A" * 5000}, {"cursor": "f" + "_" * 31}, {"office": "440300"},
        {"vin_tail": "I"}, {"vin_tail": "%"}, {"vin_tail": "J132047371"},
        {"vin_tail": "LSVAA49J132047371"}, {"due": "tomorrow"}, {"plate": "I2345"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_query_that_can_t_be_is_refused(country: Country, query: dict[str, str]) -> None:
    answer = await clerk_of(country, await country.own_office()).get("/desk/reservations", params=query)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [error["field"] for error in answer.body["errors"]] == list(query)


@pytest.mark.slow
async def test_pages_neither_repeat_nor_skip_while_reservations_come_and_change(country: Country) -> None:
    office = await country.own_office()
    clerk, known = clerk_of(country, office), [await reserve_plate(country, office) for _ in range(5)]
    await same_instant(country, known[1:4])
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await clerk.get("/desk/reservations", params=params)).ok()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        await reserve_plate(country, office)
        await clerk.post(f"/desk/preselections/{seen[-1]}/confirmation")
    assert len(seen) == len(set(seen))
    assert set(seen) == {selection.id for selection in known}


async def same_instant(country: Country, selections: list[Selection]) -> None:
    """Let several have the same millisecond of creation."""
    statement = text("UPDATE preselection SET created_at = :instant WHERE id = ANY(:ids)")
    values = {"instant": system_clock(), "ids": [UUID(selection.id) for selection in selections]}
    await country.stack.repositories.database.rows(statement, values)


async def test_a_reservation_whose_deadline_has_just_passed_is_overdue_before_a_timer_says_so(
    country: Country,
) -> None:
    office = await country.own_office()
    selection, clerk = await reserve_plate(country, office), clerk_of(country, office)
    await let_lapse(selection)
    page = (await clerk.get("/desk/reservations", params={"stage": "completed"})).ok()
    assert page["items"] == []
    [item] = (await clerk.get("/desk/reservations")).ok()["items"]
    assert item["stage"] == "overdue"
