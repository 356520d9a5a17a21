"""The on-screen keyboard (R-19, R-20): what can follow, from a snapshot of the pool."""

import asyncio

import pytest

from tests.scenarios.acceptance.people import DemoSelection, DemoService, instant, problem_of
from tests.support.waiting import eventually


@pytest.fixture
async def selection(service: DemoService) -> DemoSelection:
    return await (await service.applicant()).selecting()


@pytest.mark.requirement("R-20")
async def test_it_shows_what_can_follow_at_each_position(selection: DemoSelection) -> None:
    view = await selection.view()
    for length in range(5):
        (number, *_) = await selection.free_numbers(1)
        keys = await selection.keys(number[2 : 2 + length])
        assert keys["position"] == length
        assert number[2 + length] in keys["available"]
        assert not {"I", "O"} & set(keys["available"])
        assert len(set(keys["available"])) == len(keys["available"])
        assert instant(keys["as_of"]) <= instant((await selection.view())["now"])
    assert view["stage"] == "plate_selection"


async def test_complete_or_impossible_beginnings_have_no_next_character(selection: DemoSelection) -> None:
    (number,) = await selection.free_numbers(1)
    for typed in (number[2:], "ABC", "I", "1O", "A1B2C", "A1B2C3", "粤", "A粤", "粤BA1234", "学"):
        assert (await selection.keys(typed))["available"] == []


@pytest.mark.parametrize("typed", ["１", "1 ", "!!!", "粤", "\x00", "A" * 5000])
async def test_what_is_no_key_has_no_next_one(selection: DemoSelection, typed: str) -> None:
    prefix = (await selection.view())["office"]["prefixes"][0]
    answer = await selection.owner.get(f"{selection.path}/keyboard", prefix=prefix, typed=typed)
    assert answer.status_code == 422 or answer.json()["available"] == []


async def test_small_letters_are_folded(selection: DemoSelection) -> None:
    assert (await selection.keys("a1"))["available"] == (await selection.keys("A1"))["available"] != []


async def test_numbers_that_are_merely_offered_still_show(service: DemoService) -> None:
    selection, rival = await service.selecting(2)
    for number in (await selection.draw())[:3]:
        assert number[6] in (await rival.keys(number[2:6], number[:2]))["available"]


async def test_a_reserved_number_is_gone_from_the_next_snapshot(hasty_service: DemoService) -> None:
    selection, rival = await hasty_service.selecting(2)
    plate = (await selection.reserve())["plate"]

    async def is_gone() -> bool:
        return plate[6] not in (await rival.keys(plate[2:6], plate[:2]))["available"]

    assert await eventually(is_gone, within=4)


async def test_it_answers_only_at_plate_selection(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    prefix = (await selection.view())["office"]["prefixes"][0]
    answer = await selection.owner.get(f"{selection.path}/keyboard", prefix=prefix, typed="")
    assert problem_of(answer, "wrong_stage")["stage"] == "service_notes"


async def test_a_foreign_prefix_shows_nothing_of_another_office(selection: DemoSelection) -> None:
    answer = await selection.owner.get(f"{selection.path}/keyboard", prefix="藏Z", typed="")
    assert answer.json().get("available", []) == []


async def test_calls_are_limited_a_minute(brief_service: DemoService) -> None:
    selection = await (await brief_service.applicant()).selecting()
    prefix = (await selection.view())["office"]["prefixes"][0]
    path = f"{selection.path}/keyboard"
    answers = await asyncio.gather(*(selection.owner.get(path, prefix=prefix, typed="") for _ in range(25)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 20 + [429] * 5
    problem = problem_of(await selection.owner.get(path, prefix=prefix, typed=""), "rate_limited")
    assert instant(problem["retry_at"]) > instant((await selection.view())["now"])


async def test_typing_and_reading_are_no_actions_so_the_session_ends_all_the_same(brief_service: DemoService) -> None:
    selection = await (await brief_service.applicant()).selecting()
    prefix = (await selection.view())["office"]["prefixes"][0]

    async def has_ended() -> bool:
        await selection.owner.get(f"{selection.path}/keyboard", prefix=prefix, typed="A")
        return await selection.stage() == "service_notes"

    assert await eventually(has_ended, within=6)
    problem_of(await selection.post("draws", {}), "wrong_stage")
    assert (await selection.verify())["stage"] == "plate_selection"
