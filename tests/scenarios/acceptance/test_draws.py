"""随机: draws (R-31 to R-36)."""

import pytest

from tests.scenarios.acceptance.numbers_seen import PATTERN, fits
from tests.scenarios.acceptance.people import DemoSelection, DemoService, ok, problem_of, seconds_between, wait_until
from tests.scenarios.acceptance.small_office import leave_thirteen_numbers
from tests.support.waiting import eventually


@pytest.mark.requirement("R-32")
async def test_a_draw_gives_ten_distinct_numbers_of_released_segments(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    view = await selection.do("draws", {})
    office, numbers = view["office"], view["batch"]["numbers"]
    assert len(numbers) == len(set(numbers)) == 10
    segments = ok(await selection.owner.get(f"/offices/{office['code']}/segments"))["items"]
    for number in numbers:
        assert number[:2] in office["prefixes"]
        assert PATTERN.fullmatch(number[2:])
        assert sum(fits(number, segment) for segment in segments) == 1


@pytest.mark.requirement("R-33", "R-34")
async def test_a_draw_costs_one_chance_and_shows_its_countdown(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    view = await selection.do("draws", {})
    assert (view["draws"]["remaining"], view["draws"]["batch_size"]) == (4, 10)
    assert 89 <= seconds_between(view["now"], view["batch"]["expires_at"]) <= 90
    assert (await selection.view())["batch"] == view["batch"]


@pytest.mark.requirement("R-36")
async def test_without_the_digit_four_no_number_holds_one(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    for _ in range(5):
        assert not any("4" in number for number in await selection.draw(exclude_four=True))


async def test_a_draw_can_be_of_one_prefix_of_the_office_and_of_no_other(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    (prefix, *_) = (await selection.view())["office"]["prefixes"]
    assert {number[:2] for number in await selection.draw(prefix=prefix)} == {prefix}
    assert {number[:2] for number in await selection.draw(prefix=prefix.lower())} == {prefix}
    for foreign in ("港A", "粤", "", 1):
        assert (await selection.post("draws", {"prefix": foreign})).status_code == 422
    assert (await selection.view())["draws"]["remaining"] == 3


async def test_after_the_last_draw_there_are_none_left(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    shown = [number for _ in range(5) for number in await selection.draw()]
    assert len(set(shown)) == 50
    problem_of(await selection.post("draws", {}), "no_draws_left")
    view = await selection.view()
    assert view["draws"]["remaining"] == 0
    assert view["batch"]["numbers"] == shown[-10:]


@pytest.mark.slow
async def test_a_new_draw_replaces_the_batch_and_frees_its_numbers(service: DemoService) -> None:
    selection, rival = await service.selecting(2)
    old = await selection.draw()
    assert (await rival.composed(old[0]))["last_submission"] == [{"number": old[0], "outcome": "taken"}]
    await selection.draw()
    problem_of(await selection.post("candidates", {"number": old[0]}), "not_in_batch")
    view = await rival.composed(old[0])
    assert (view["stage"], view["plate"]) == ("completed", old[0])


@pytest.mark.requirement("R-35")
async def test_at_zero_the_numbers_are_void_and_free_again(hasty_service: DemoService) -> None:
    selection, rival = await hasty_service.selecting(2)
    view = await selection.do("draws", {})
    number, expires_at = view["batch"]["numbers"][0], view["batch"]["expires_at"]
    assert 2.5 <= seconds_between(view["now"], expires_at) <= 3
    await wait_until(expires_at)
    assert (await selection.view())["batch"] is None
    problem_of(await selection.post("candidates", {"number": number}), "batch_expired")
    problem_of(await selection.post("candidates", {"number": "粤B00000"}), "not_in_batch")
    assert ok(await rival.compose(number))["plate"] == number


@pytest.mark.requirement("R-32")
async def test_from_a_small_pool_no_number_goes_to_two_and_none_twice_to_one(hasty_service: DemoService) -> None:
    office, people = await hasty_service.of_one_quiet_office(3)
    numbers = await leave_thirteen_numbers(hasty_service.stack, office)
    first, second, third = [await person.selecting() for person in people]
    await eventually(lambda: knows_a_number(first, numbers[0]), within=5)
    ten = await first.draw()
    # Fewer than ten are free: all there are.
    three = await second.draw()
    assert (len(ten), len(three)) == (10, 3)
    assert sorted([*ten, *three]) == sorted(numbers)
    problem_of(await third.post("draws", {}), "numbers_unavailable")
    assert (await third.view())["draws"]["remaining"] == 2
    await wait_until((await second.view())["batch"]["expires_at"])
    assert sorted(await first.draw()) == sorted(three)
    assert sorted(await second.draw()) == sorted(ten)


async def knows_a_number(selection: DemoSelection, number: str) -> bool:
    """Whether the keyboard's snapshot is younger than the change of the pool."""
    return bool((await selection.keys(number[2:6], number[:2]))["available"])
