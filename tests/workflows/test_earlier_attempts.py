"""What an attempt that was given up has done counts, and what it has not done by then it never does."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from activities.commits import before_of
from activities.plates import PlateActivities
from domain.errors import CandidateExpired, NoDrawsLeft
from domain.policy import Policy
from domain.preselection.record import from_record, merged
from domain.preselection.state import Preselection
from domain.preselection.values import Stage
from storage.failures import StaleRevision
from tests.workflows.vehicles import Vehicle, numbers_of
from tests.workflows.world import World
from workflows.ports import Decided, DrawOrder, NumberOrder, Order

MANY = "A12!!"
SOON = timedelta(seconds=20)
LATE = timedelta(minutes=10)


@pytest.fixture(scope="module")
def plates(world: World) -> PlateActivities:
    """The activities themselves: a given-up attempt is one whose answer nobody hears."""
    [draw] = [one for one in world.parts.activities() if one.__name__ == "draw"]
    owner = draw.__self__
    assert isinstance(owner, PlateActivities)
    return owner


async def order_of(vehicle: Vehicle) -> Order:
    """What the workflow orders now, with the state that it believes."""
    row, now = await vehicle.row(), (await vehicle.now()).replace(microsecond=0)
    return Order(str(vehicle.id), str(uuid4()), now, row.policy, row.revision, row.state, asked_at=now)


def again(order: Order, after: timedelta) -> Order:
    """The same order of a workflow that knows nothing of the first attempt, so long after it."""
    return replace(order, at=order.at + after)


def state_after(order: Order, decided: Decided) -> Preselection:
    """As the workflow comes to it."""
    return from_record(merged(order.state or {}, decided.changes), Policy.from_dict(order.policy))


async def test_a_draw_that_was_made_unseen_is_told_with_its_whole_countdown(
    world: World, plates: PlateActivities
) -> None:
    vehicle = await world.selecting(await world.office(MANY))
    order = await order_of(vehicle)
    unseen = state_after(order, await plates.draw(DrawOrder(order, list(vehicle.office.prefixes))))
    decided = await plates.draw(DrawOrder(again(order, SOON), list(vehicle.office.prefixes)))
    state = state_after(order, decided)
    assert state.batch
    assert set(state.batch.numbers) == set(numbers_of(unseen))
    assert state.batch.expires_at == order.at + SOON + timedelta(seconds=90)
    assert state.draws_remaining == 4
    assert await vehicle.state() == state
    live = await world.claims(*state.batch.numbers, at=order.at + SOON)
    assert {claim.until for claim in live.values()} == {state.batch.expires_at}


async def test_the_last_draw_that_was_made_unseen_is_not_called_used_up(world: World, plates: PlateActivities) -> None:
    vehicle = await world.selecting(await world.office(MANY), draws="1")
    order = await order_of(vehicle)
    await plates.draw(DrawOrder(order, list(vehicle.office.prefixes)))
    decided = await plates.draw(DrawOrder(again(order, LATE), list(vehicle.office.prefixes)))
    assert state_after(order, decided).draws_remaining == 0
    other = replace(again(order, LATE), request_id=str(uuid4()), asked_at=order.at + LATE)
    with pytest.raises(NoDrawsLeft):
        await plates.draw(DrawOrder(other, list(vehicle.office.prefixes)))


async def test_whoever_repeats_a_draw_of_long_ago_gets_no_longer_countdown(
    world: World, plates: PlateActivities
) -> None:
    vehicle = await world.selecting(await world.office(MANY))
    order = await order_of(vehicle)
    first = await plates.draw(DrawOrder(order, list(vehicle.office.prefixes)))
    repeat = replace(again(order, SOON), asked_at=order.at + SOON)
    assert await plates.draw(DrawOrder(repeat, list(vehicle.office.prefixes))) == first


async def test_a_choice_that_was_made_unseen_is_not_called_expired(world: World, plates: PlateActivities) -> None:
    vehicle = await world.selecting(await world.office(MANY))
    number = numbers_of(await vehicle.draw())[0]
    order = await order_of(vehicle)
    first = await plates.put_aside(NumberOrder(order, vehicle.office.code, number))
    assert await plates.put_aside(NumberOrder(again(order, LATE), vehicle.office.code, number)) == first


async def test_a_confirmation_that_was_made_unseen_is_not_called_expired(world: World, plates: PlateActivities) -> None:
    vehicle = await world.selecting(await world.office(MANY))
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    order = await order_of(vehicle)
    first = await plates.reserve(NumberOrder(order, vehicle.office.code, number))
    later = again(order, LATE)
    assert await plates.reserve(NumberOrder(later, vehicle.office.code, number)) == first
    # Nor where another worker begins afresh, because the one before it died with its answer.
    assert await plates.reserve(NumberOrder(replace(later, asked_at=later.at), vehicle.office.code, number)) == first


async def test_what_was_refused_at_last_is_not_done_by_an_attempt_that_was_still_under_way(
    world: World, plates: PlateActivities
) -> None:
    vehicle = await world.selecting(await world.office(MANY))
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    order = await order_of(vehicle)
    with pytest.raises(CandidateExpired):
        await plates.reserve(NumberOrder(again(order, LATE), vehicle.office.code, number))
    with pytest.raises(StaleRevision):
        await plates.commits.commit(order, "confirm", before_of(order))
    assert (await vehicle.state()).stage is Stage.PLATE_SELECTION
    # The workflow, which knows nothing of this, goes on all the same.
    assert (await vehicle.draw()).draws_remaining == 3
