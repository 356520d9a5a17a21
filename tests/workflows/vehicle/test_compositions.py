"""自编: which numbers of a submission are tried and taken, and the cost (R-26 to R-28)."""

from datetime import timedelta

import pytest

from domain.errors import NumberMalformed, TooEarly, TooManyNumbers
from domain.preselection.state import Preselection
from domain.preselection.values import Outcome, Stage
from process.clock import system_clock
from tests.support.refusals import refusal_of
from tests.support.vehicles import numbers_of
from tests.support.world import World

TEN = "A123!"


def tries(state: Preselection) -> list[tuple[str, Outcome]]:
    return [(each.number, each.outcome) for each in state.last_submission or ()]


@pytest.mark.requirement("R-26", "R-28")
async def test_the_first_free_number_wins_and_the_rest_are_left_alone(world: World) -> None:
    office = await world.office(TEN)
    a, b, c, d = (f"{office.prefixes[0]}A123{digit}" for digit in range(4))
    earlier, vehicle = await world.reach_selection(office), await world.reach_selection(office)
    await earlier.compose(a)
    state = await vehicle.compose(a, b, c, d)
    assert tries(state) == [
        (a, Outcome.TAKEN), (b, Outcome.ACCEPTED), (c, Outcome.NOT_TRIED), (d, Outcome.NOT_TRIED),
    ]  # fmt: skip
    assert state.stage is Stage.COMPLETED
    assert state.composed_remaining == 20
    assert set(await world.claims(a, b, c, d, at=await vehicle.now())) == {a, b}


@pytest.mark.requirement("R-26", "R-27")
@pytest.mark.slow
async def test_a_submission_of_which_all_are_taken_is_charged_in_full(world: World) -> None:
    office = await world.office(TEN)
    numbers = [f"{office.prefixes[0]}A123{digit}" for digit in range(3)]
    for number in numbers:
        await (await world.reach_selection(office)).compose(number)
    vehicle = await world.reach_selection(office, compose_interval="PT10S")
    early = await refusal_of(vehicle.compose(*numbers))
    assert isinstance(early, TooEarly)
    await vehicle.skip_past(early.retry_at)
    state = await vehicle.compose(*numbers)
    assert tries(state) == [(number, Outcome.TAKEN) for number in numbers]
    assert (state.composed_remaining, state.draws_remaining) == (17, 5)
    assert state.stage is Stage.PLATE_SELECTION
    assert state.compose_from
    assert state.compose_from > early.retry_at
    assert isinstance(await refusal_of(vehicle.compose(numbers[0])), TooEarly)


async def test_a_number_of_ones_own_live_batch_may_be_composed(world: World) -> None:
    office = await world.office(TEN)
    vehicle = await world.reach_selection(office)
    wanted, *others = numbers_of(await vehicle.draw())
    state = await vehicle.compose(wanted)
    assert state.reservation
    assert state.reservation.plate == wanted
    assert set(await world.claims(wanted, *others, at=await vehicle.now())) == {wanted}


async def test_a_number_of_anothers_live_batch_is_taken(world: World) -> None:
    office = await world.office(TEN)
    rival, vehicle = await world.reach_selection(office), await world.reach_selection(office)
    offered = numbers_of(await rival.draw())
    state = await vehicle.compose(*offered[:2])
    assert tries(state) == [(number, Outcome.TAKEN) for number in offered[:2]]
    assert state.composed_remaining == 18


async def test_a_number_that_can_only_be_drawn_yet_is_taken(world: World) -> None:
    office = await world.office(TEN, compose_from=system_clock() + timedelta(days=7))
    vehicle = await world.reach_selection(office, session_idle="P30D")
    number = numbers_of(await vehicle.draw())[0]
    assert tries(await vehicle.compose(number)) == [(number, Outcome.TAKEN)]
    await vehicle.skip(timedelta(days=7))
    assert tries(await vehicle.compose(number)) == [(number, Outcome.ACCEPTED)]


async def test_a_number_that_no_segment_holds_is_taken(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    number = f"{vehicle.office.prefixes[0]}B1234"
    assert tries(await vehicle.compose(number)) == [(number, Outcome.TAKEN)]


async def test_what_is_malformed_foreign_doubled_or_too_much_costs_nothing(either_world: World) -> None:
    vehicle = await either_world.reach_selection(await either_world.office(TEN), composed="3")
    prefix = vehicle.office.prefixes[0]
    numbers = [f"{prefix}A123{digit}" for digit in range(4)]
    malformed = await refusal_of(vehicle.compose(numbers[0], f"{prefix}A12", "港BA1234"))
    assert isinstance(malformed, NumberMalformed)
    assert malformed.numbers == [f"{prefix}A12", "港BA1234"]
    doubled = await refusal_of(vehicle.compose(numbers[0], numbers[0]))
    none_at_all = await refusal_of(vehicle.compose())
    assert (doubled.code, none_at_all.code) == ("number_duplicated", "validation_failed")
    too_many = await refusal_of(vehicle.compose(*numbers))
    assert isinstance(too_many, TooManyNumbers)
    assert too_many.max == 3
    assert (await vehicle.state()).composed_remaining == 3
    assert (await vehicle.compose(numbers[0])).stage is Stage.COMPLETED
