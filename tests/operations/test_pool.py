"""The pool for operators."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.instants import format_instant
from process.clock import system_clock
from storage.offices.offices import Office
from tests.support.applicants import Caller
from tests.support.country import Country
from tests.support.desk import clerk_of, operator, reserve_plate


async def levels(caller: Caller, office: Office) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.get(f"/operations/pool/{office.prefixes[0]}")).ok()
    return found


async def test_levels_add_up_through_a_whole_life(country: Country) -> None:
    office, caller = await country.own_office("A12!!"), operator(country)
    applicant = country.applicant()
    selection = await applicant.reach_selection(country.car(applicant, office))
    batch = (await selection.post("draws", {})).ok()["batch"]["numbers"]
    (await selection.post("candidates", {"number": batch[0]})).ok()
    at_draw = await levels(caller, office)
    assert (at_draw["total"], at_draw["free"], at_draw["offered"]) == (100, 90, 10)
    (await selection.post("confirmation", {"number": batch[0]})).ok()
    assert (await levels(caller, office))["reserved"] == 1
    (await clerk_of(country, office).post(f"/desk/preselections/{selection.id}/confirmation")).ok()
    rejected = await reserve_plate(country, office)
    (await clerk_of(country, office).post(f"/desk/preselections/{rejected.id}/rejection", {"reason": "撤回"})).ok()
    assert await levels(caller, office) == {
        "prefix": office.prefixes[0], "total": 100, "free": 98, "offered": 0, "reserved": 0, "issued": 1,
        "withheld": 0, "cooling": 1,
    }  # fmt: skip
    assert (await caller.get(f"/operations/pool/{office.prefixes[0].lower()}")).ok()["total"] == 100


@pytest.mark.parametrize("prefix", ["京O", "粤", "粤BA", "x", "%00", "粤B1"])
async def test_a_prefix_of_no_office_is_not_found(country: Country, prefix: str) -> None:
    for path in (f"/operations/pool/{prefix}", f"/operations/pool/{prefix}/segments"):
        assert (await operator(country).get(path)).code == "not_found"


async def test_a_segment_can_be_drawn_as_soon_as_it_is_released(country: Country) -> None:
    office, caller = await country.own_office("B999!"), operator(country)
    before = (await levels(caller, office))["total"]
    body = {"prefix": office.prefixes[0].lower(), "template": "a00!!", "excluded": ["***4*"]}
    answer = await caller.post("/operations/segments", body)
    assert answer.status == 201
    segment = answer.body
    assert (segment["template"], segment["excluded"]) == ("A00!!", ["***4*"])
    released, compose = segment["released_at"], segment["compose_from"]
    assert released[:19] < compose[:19]
    assert (await levels(caller, office))["total"] == before + 90
    items = (await caller.get(f"/operations/pool/{office.prefixes[0]}/segments")).ok()["items"]
    names = segment.keys() & items[0].keys()
    assert {"template", "excluded", "released_at", "compose_from"} <= names
    assert {name: segment[name] for name in names} in [{name: item[name] for name in names} for item in items]
    published = (await country.applicant().get(f"/offices/{office.code}/segments")).ok()["items"]
    assert "A00!!" in {item["template"] for item in published}


async def test_a_segment_of_the_future_is_not_in_the_pool_yet(country: Country) -> None:
    office, caller = await country.own_office("B999!"), operator(country)
    soon, later = (format_instant(system_clock() + timedelta(days=days)) for days in (2, 9))
    body = {"prefix": office.prefixes[0], "template": "C00!!", "released_at": soon, "compose_from": later}
    segment = (await caller.post("/operations/segments", body)).ok()
    assert (segment["released_at"], segment["compose_from"]) == (soon, later)
    assert (await levels(caller, office))["total"] == 10


@pytest.mark.parametrize(
    "change, field",
    [
        ({"template": "ABCDE"}, "template"), ({"template": "A1"}, "template"), ({"template": "AI!!!"}, "template"),
        ({"template": "****1"}, "template"), ({"template": "B99!!"}, "template"),
        ({"template": "１２３４５"}, "template"),
        ({"prefix": "京O"}, "prefix"), ({"prefix": "x"}, "prefix"), ({"excluded": ["!!!!"]}, "excluded.0"),
        ({"excluded": ["*****", "@@@@@"]}, "excluded.1"), ({"released_at": "tomorrow"}, "released_at"),
        ({"released_at": "2026-11-23T10:00:00"}, "released_at"), ({"compose_from": 5}, "compose_from"),
        ({"released_at": "9999-12-31T23:59:59.999Z"}, "released_at"), ({"plates": []}, "plates"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_segment_that_can_t_be_is_refused(country: Country, change: dict[str, Any], field: str) -> None:
    office, caller = await country.own_office("B999!"), operator(country)
    answer = await caller.post("/operations/segments", {"prefix": office.prefixes[0], "template": "A00!!"} | change)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [error["field"] for error in answer.body["errors"]] == [field]
    assert (await levels(caller, office))["total"] == 10


async def test_the_same_key_releases_once_also_when_the_first_answer_was_lost(country: Country) -> None:
    office, caller, key = await country.own_office("B999!"), operator(country), str(uuid4())
    body = {"prefix": office.prefixes[0], "template": "A00!!"}
    first = (await caller.post("/operations/segments", body, key=key)).ok()
    assert (await caller.post("/operations/segments", body, key=key)).ok() == first
    assert (await caller.post("/operations/segments", body)).code == "validation_failed"


async def test_numbers_are_excluded_later_and_whoever_has_one_keeps_it(country: Country) -> None:
    office, caller = await country.own_office("A12!!"), operator(country)
    selection = await reserve_plate(country, office)
    plate = (await selection.view())["plate"]
    body = {"prefix": office.prefixes[0], "template": "A12!!", "excluded": ["****4", plate[2:]], "reason": "不吉利"}
    segment = (await caller.post("/operations/segments/exclusions", body)).ok()
    assert segment["excluded"] == body["excluded"]
    assert (await selection.view())["plate"] == plate
    total = (await levels(caller, office))["total"]
    assert total == 100 - 10 - (0 if plate.endswith("4") else 1)
    wrongs: list[dict[str, Any]] = [
        {"reason": " "},
        {"template": "A13!!"},
        {"prefix": "京O"},
        {"excluded": []},
        {"excluded": ["IIIII"]},
    ]
    for wrong in wrongs:
        assert (await caller.post("/operations/segments/exclusions", body | wrong)).code == "validation_failed"


async def test_withheld_numbers_leave_the_pool_and_come_back_after_cooling(country: Country) -> None:
    office, first, second = await country.own_office("A123!"), operator(country), operator(country)
    selection = await reserve_plate(country, office)
    taken, prefix = (await selection.view())["plate"], office.prefixes[0]
    numbers = [f"{prefix}A123{digit}" for digit in range(5)]
    body = {"numbers": sorted({*numbers, taken}), "reason": "公务预留"}
    answer = (await first.post("/operations/withholdings", body)).ok()
    withheld = answer["withholding"]
    assert answer["taken"] == [taken]
    assert withheld["numbers"] == sorted(set(numbers) - {taken})
    assert (await levels(first, office))["withheld"] == len(withheld["numbers"])
    applicant = country.applicant()
    composed = await (await applicant.reach_selection(country.car(applicant, office))).post(
        "compositions", {"numbers": withheld["numbers"][:1]}
    )
    assert composed.ok()["last_submission"][0]["outcome"] == "taken"
    path = f"/operations/withholdings/{withheld['id']}"
    waiting = (await second.get("/operations/withholdings")).ok()["items"]
    assert withheld["id"] in {item["id"] for item in waiting}
    assert (await first.post(f"{path}/confirmation")).code == "second_operator_needed"
    assert (await second.post(f"{path}/confirmation")).ok()["confirmed_by"] == second.claims["sub"]
    assert (await operator(country).post(f"{path}/confirmation")).code == "nothing_to_confirm"
    released = (await first.post(f"{path}/release", {"reason": "不再需要"})).ok()
    assert released["release_reason"] == "不再需要"
    after = await levels(first, office)
    assert (after["withheld"], after["cooling"]) == (0, len(withheld["numbers"]))
    assert (await second.post(f"{path}/release", {"reason": "再放一次"})).code == "already_released"
    (await second.post(f"{path}/confirmation")).ok()
    listed = (await first.get("/operations/withholdings", params={"prefix": prefix.lower()})).ok()["items"]
    assert [item["release_confirmed_by"] for item in listed] == [second.claims["sub"]]


@pytest.mark.parametrize(
    "numbers, code",
    [
        (["x"], "number_malformed"), (["粤BA1234", "京A12345"], "validation_failed"), ([], "validation_failed"),
        (["港AA1234"], "number_malformed"), (["{p}A1230", "{p}a1230"], "number_duplicated"),
    ],
    ids=str,
)  # fmt: skip
async def test_numbers_that_can_t_be_withheld_are_refused(country: Country, numbers: list[str], code: str) -> None:
    office = await country.own_office("A123!")
    body = {"numbers": [number.replace("{p}", office.prefixes[0]) for number in numbers], "reason": "预留"}
    assert (await operator(country).post("/operations/withholdings", body)).code == code


async def test_an_unknown_withholding_is_not_found(country: Country) -> None:
    for act in ("release", "confirmation"):
        answer = await operator(country).post(f"/operations/withholdings/{uuid4()}/{act}", {"reason": "x"})
        assert answer.code == "not_found"
