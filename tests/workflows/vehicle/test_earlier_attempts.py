"""The effect of a timed out attempt counts, and without an effect by then it never has one."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from activities.plates import PlateActivities
from domain.preselection.record import from_record
from domain.preselection.values import Stage
from storage.failures import StaleRevision
from storage.preselections.decisions import Decision
from tests.support.refusals import refusal_code_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World
from workflows.messages import DecisionInput, Draw, OneNumber

MANY = "A12!!"
SOON = timedelta(seconds=20)
LATE = timedelta(minutes=10)


@pytest.fixture(scope="module")
def plates(world: World) -> PlateActivities:
    """The activities, called directly: a timed out attempt is one whose result is lost."""
    [draw] = [one for one in world.container.activities() if one.__name__ == "draw"]
    owner = draw.__self__  # type: ignore[attr-defined]  # bound methods, as the worker registers them
    assert isinstance(owner, PlateActivities)
    return owner


async def first_attempt(vehicle: Vehicle, act: str) -> DecisionInput:
    now = (await vehicle.now()).replace(microsecond=0)
    return DecisionInput(str(vehicle.id), act, now, now)


def later(given: DecisionInput, after: timedelta) -> DecisionInput:
    """The next attempt of the same workflow, this long after the first."""
    return DecisionInput(given.preselection_id, given.act, given.at + after, given.first_at)


def afresh(given: DecisionInput, after: timedelta) -> DecisionInput:
    """The first attempt of a worker that knows of no other."""
    return DecisionInput(given.preselection_id, given.act, given.at + after, given.at + after)


async def test_a_draw_that_was_made_unseen_has_its_whole_countdown(world: World, plates: PlateActivities) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    given, command = await first_attempt(vehicle, "draw"), Draw(request_id=str(uuid4()))
    unseen = await plates.draw(given, command)
    result = await plates.draw(later(given, SOON), command)
    state = await vehicle.state()
    assert unseen.batch
    assert set(numbers_of(state)) == set(unseen.batch)
    assert state.batch
    assert state.batch.expires_at == given.at + SOON + timedelta(seconds=90)
    assert state.draws_remaining == 4
    assert result.revision == (await vehicle.row()).revision
    live = await world.claims(*state.batch.numbers, at=given.at + SOON)
    assert {claim.until for claim in live.values()} == {state.batch.expires_at}
    # A repeat later, or a third attempt, shows the countdown that holds, and restarts it no more.
    for repeat in (afresh(given, 2 * SOON), later(given, 2 * SOON)):
        assert (await plates.draw(repeat, command)).answered == unseen.revision
    answer = await world.repositories.decisions.find(UUID(command.request_id))
    assert answer
    assert from_record(answer.state, vehicle.policy) == await vehicle.state() == state


async def test_the_last_draw_that_was_made_unseen_is_not_refused_as_used_up(
    world: World, plates: PlateActivities
) -> None:
    vehicle = await world.reach_selection(await world.office(MANY), draws="1")
    given, command = await first_attempt(vehicle, "draw"), Draw(request_id=str(uuid4()))
    await plates.draw(given, command)
    assert (await plates.draw(later(given, LATE), command)).draws == 0
    other = Draw(request_id=str(uuid4()))
    assert await refusal_code_of(plates.draw(afresh(given, LATE), other)) == "no_draws_left"


async def test_a_repeat_of_a_draw_of_long_ago_gets_no_longer_countdown(world: World, plates: PlateActivities) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    given, command = await first_attempt(vehicle, "draw"), Draw(request_id=str(uuid4()))
    first = await plates.draw(given, command)
    repeat = await plates.draw(afresh(given, SOON), command)
    assert (repeat.revision, repeat.timers) == (first.revision, first.timers)
    assert repeat.answered == first.revision


async def test_a_choice_that_was_made_unseen_is_not_refused_as_expired(world: World, plates: PlateActivities) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    command = OneNumber(numbers_of(await vehicle.draw())[0], str(uuid4()))
    given = await first_attempt(vehicle, "put_aside")
    first = await plates.put_aside(given, command)
    assert (await plates.put_aside(later(given, LATE), command)).answered == first.revision


async def test_a_confirmation_that_was_made_unseen_is_not_refused_as_expired(
    world: World, plates: PlateActivities
) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    given, command = await first_attempt(vehicle, "confirm"), OneNumber(number, str(uuid4()))
    first = await plates.reserve(given, command)
    assert (await plates.reserve(later(given, LATE), command)).answered == first.revision
    # Nor if another worker starts again, because the previous one died with its result.
    assert (await plates.reserve(afresh(given, LATE), command)).answered == first.revision


async def test_what_was_refused_at_last_is_not_done_by_an_attempt_that_was_still_under_way(
    world: World, plates: PlateActivities
) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    row = await vehicle.row()
    given, command = await first_attempt(vehicle, "confirm"), OneNumber(number, str(uuid4()))
    assert await refusal_code_of(plates.reserve(later(given, LATE), command)) == "candidate_expired"
    under_way = Decision(
        request_id=UUID(command.request_id),
        preselection_id=vehicle.id,
        action="confirm",
        at=given.at,
        expected_revision=row.revision,
        stage=row.stage,
        state=row.state,
        answer={"state": row.state, "revision": row.revision + 1},
    )
    with pytest.raises(StaleRevision):
        await world.repositories.decisions.commit(under_way)
    assert (await vehicle.state()).stage is Stage.PLATE_SELECTION
    # The workflow, which has not seen this, continues.
    assert (await vehicle.draw()).draws_remaining == 3
