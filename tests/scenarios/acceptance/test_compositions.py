"""自编: composed numbers (R-19 to R-29)."""

import asyncio

import pytest

from tests.scenarios.acceptance.numbers_seen import PATTERN, fits
from tests.scenarios.acceptance.people import DemoSelection, DemoService, ok, problem_of, seconds_between, wait_until
from tests.support.running_stack import Json

MALFORMED = (
    *("粤BI2345", "粤BO1234", "粤BABC12", "粤B1A2B3", "粤O12345", "粤B1234", "港粤B1234", "粤B１2345", "粤BA１B２3"),
    *("粤B123456", "粤B 12345", "粤B12345 ", " 粤B12345", "粤B12345\n", "粤·B12345", "粤B-12345", "", "粤B{1234}"),
    # Characters that look like capitals, or become one with Unicode folding.
    *("Ａ粤12345", "粤Ｂ12345", "粤B1234\u017f", "粤B1234\u212a", "粤B\u0661\u0662345", "粤粤12345", "B12345"),
)


@pytest.fixture
async def selection(service: DemoService) -> DemoSelection:
    """At an office with the prefix of the examples, or another."""
    return (await service.selecting(1))[0]


async def test_malformed_numbers_are_named_and_not_charged(service: DemoService, selection: DemoSelection) -> None:
    prefix = (await selection.view())["office"]["prefixes"][0]
    right = f"{prefix}12345"
    for number in MALFORMED:
        wrong = number.replace("粤B", prefix) if number.startswith("粤B") else number
        problem = (await selection.compose(right, wrong)).json()
        assert (wrong, problem["code"], problem.get("numbers")) == (wrong, "number_malformed", [wrong])
    assert (await selection.compose(right, f"{prefix}\x0012345")).status_code == 422
    view = await selection.view()
    assert view["composed"]["remaining"] == 20
    assert view["last_submission"] is None


async def test_each_of_the_ten_patterns_is_well_formed(service: DemoService) -> None:
    selection = (await service.selecting(1))[0]
    prefix = (await selection.view())["office"]["prefixes"][0]
    examples = ("12345", "A1234", "AB123", "1A234", "12A34", "123A4", "1234A", "A123B", "123AB", "A1B23")
    assert all(PATTERN.fullmatch(serial) for serial in examples)
    for serial in examples:
        # Well-formed numbers reach the next check: they are too many.
        problem_of(await selection.compose(*[f"{prefix}{serial}"] * 6), "number_duplicated")


async def test_a_foreign_prefix_is_malformed(selection: DemoSelection) -> None:
    assert problem_of(await selection.compose("藏Z12345"), "number_malformed")["numbers"] == ["藏Z12345"]


async def test_duplicates_are_refused_also_after_folding(selection: DemoSelection) -> None:
    (number,) = await selection.free_numbers(1)
    problem_of(await selection.compose(number, number), "number_duplicated")
    lettered = f"{number[:2]}A1234"
    problem_of(await selection.compose(lettered, lettered.lower()), "number_duplicated")
    assert (await selection.view())["composed"]["remaining"] == 20


@pytest.mark.requirement("R-22")
async def test_too_many_at_once_are_refused_and_none_at_all_too(selection: DemoSelection) -> None:
    numbers = await selection.free_numbers(6)
    assert problem_of(await selection.compose(*numbers), "too_many_numbers")["max"] == 5
    problem_of(await selection.compose(), "validation_failed")
    assert (await selection.view())["composed"]["remaining"] == 20


@pytest.mark.requirement("R-27")
async def test_when_all_are_taken_the_count_falls_by_as_many(service: DemoService) -> None:
    selection, rival = await service.selecting(2)
    numbers = (await rival.draw())[:3]
    view = await selection.composed(*numbers)
    assert view["stage"] == "plate_selection"
    assert view["composed"]["remaining"] == 17
    assert view["last_submission"] == [{"number": number, "outcome": "taken"} for number in numbers]
    assert view["draws"]["remaining"] == 5


@pytest.mark.requirement("R-28")
@pytest.mark.slow
async def test_the_first_free_one_wins_and_the_rest_are_left_alone(service: DemoService) -> None:
    selection, rival, third = await service.selecting(3)
    taken = (await rival.draw())[0]
    first, second = await selection.free_numbers(2)
    view = await selection.composed(taken, first, second)
    assert (view["stage"], view["plate"]) == ("completed", first)
    assert view["composed"]["remaining"] == 20
    outcomes = [(entry["number"], entry["outcome"]) for entry in view["last_submission"] or ()]
    assert outcomes in ([], [(taken, "taken"), (first, "accepted"), (second, "not_tried")])
    assert view["visit_by"]
    # The number that was not tried is still free.
    assert (await third.composed(second))["plate"] == second


async def test_small_letters_are_folded_to_capitals(selection: DemoSelection) -> None:
    prefix = (await selection.view())["office"]["prefixes"][0]
    lettered = f"{prefix}A{(await selection.keys('A', prefix))['available'][1]}"
    typed = lettered[2:]
    while len(typed) < 5:
        typed += (await selection.keys(typed, prefix))["available"][0]
    view = await selection.composed(f"{prefix}{typed}".lower())
    assert view["plate"] == f"{prefix}{typed}"


async def test_numbers_of_no_segment_and_withheld_ones_are_taken(selection: DemoSelection) -> None:
    office = (await selection.view())["office"]
    segments = ok(await selection.owner.get(f"/offices/{office['code']}/segments"))["items"]
    examples = [f"{office['prefixes'][0]}{serial}" for serial in ("123AB", "A1B23", "A123B", "1234A", "AB123")]
    unreleased = [number for number in examples if not any(fits(number, segment) for segment in segments)]
    assert len(unreleased) >= 2
    view = await selection.composed(*unreleased)
    assert {entry["outcome"] for entry in view["last_submission"]} == {"taken"}
    assert view["composed"]["remaining"] == 20 - len(unreleased)


async def test_a_reserved_plate_is_taken(service: DemoService) -> None:
    selection, rival = await service.selecting(2)
    plate = (await rival.reserve())["plate"]
    assert (await selection.composed(plate))["last_submission"] == [{"number": plate, "outcome": "taken"}]


@pytest.mark.requirement("R-24")
@pytest.mark.slow
async def test_the_interval_runs_from_the_page_and_from_each_submission(service: DemoService) -> None:
    selection, rival = await service.selecting(2)
    number = (await rival.draw())[0]
    before = await selection.owner.enter()
    assert before["screen"] == "service_notes"
    view = await selection.verify()
    opens = view["composed"]["confirm_enabled_at"]
    assert 0.5 <= seconds_between(view["now"], opens) <= 1
    early = await selection.compose(number)
    assert problem_of(early, "too_early")["retry_at"] == opens
    await wait_until(opens)
    view = ok(await selection.compose(number))
    again = view["composed"]["confirm_enabled_at"]
    assert 0.5 <= seconds_between(view["now"], again) <= 1
    assert problem_of(await selection.compose(number), "too_early")["retry_at"] == again
    assert (await selection.view())["composed"]["remaining"] == 19


async def test_a_refusal_restarts_no_countdown(selection: DemoSelection) -> None:
    before = (await selection.view())["composed"]["confirm_enabled_at"]
    await asyncio.sleep(0.05)
    await selection.compose("x")
    await selection.post("confirmation", {"number": "粤BA1234"})
    assert (await selection.view())["composed"]["confirm_enabled_at"] == before


async def test_no_more_than_remain_can_be_tried(hasty_service: DemoService) -> None:
    selection, rival = await hasty_service.selecting(2)
    numbers = await rival.draw()
    ok(await selection.compose(*numbers[:3]))
    assert problem_of(await selection.compose(*numbers[:2]), "too_many_numbers")["max"] == 1
    assert ok(await selection.compose(numbers[3]))["composed"]["remaining"] == 0
    problem_of(await selection.compose(numbers[4]), "no_composed_left")
    # the draws are left.
    assert len(await selection.draw()) == 10


async def test_none_left_goes_before_too_early(brief_service: DemoService) -> None:
    selection, rival = await brief_service.selecting(2)
    numbers = (await rival.draw())[:2]
    view = await selection.view()
    await wait_until(view["composed"]["confirm_enabled_at"])
    assert ok(await selection.compose(*numbers))["composed"]["remaining"] == 0
    problem_of(await selection.compose(numbers[0]), "no_composed_left")


@pytest.mark.slow
async def test_of_rivals_for_one_number_exactly_one_gets_it(service: DemoService) -> None:
    rivals = await service.selecting(4)
    (number,) = await rivals[0].free_numbers(1)
    await wait_until((await rivals[-1].view())["composed"]["confirm_enabled_at"])
    views: list[Json] = [ok(answer) for answer in await asyncio.gather(*(rival.compose(number) for rival in rivals))]
    assert sorted(view["stage"] for view in views) == ["completed", *["plate_selection"] * 3]
    assert sorted(view["composed"]["remaining"] for view in views) == [19, 19, 19, 20]
