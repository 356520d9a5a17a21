"""随机: the numbers, holds and costs of a draw (R-31 to R-36)."""

from datetime import timedelta

from sqlalchemy import text

from domain.plates import prefix_of
from tests.support.refusals import refusal_of
from tests.support.vehicles import numbers_of
from tests.support.world import World

TEN = "A123!"
TAKE = text("""
    INSERT INTO claim (plate, kind, until, changed_at)
    VALUES (:plate, 'withheld', '9999-12-31 00:00:00+00', '2026-11-01 00:00:00+00')
""")


async def test_a_new_batch_frees_the_one_before_and_repeats_no_number(world: World) -> None:
    vehicle = await world.reach_selection(await world.office("A12!!"))
    first = await vehicle.draw()
    second = await vehicle.draw()
    assert not set(numbers_of(first)) & set(numbers_of(second))
    assert second.draws_remaining == 3
    live = await world.claims(*numbers_of(first), *numbers_of(second), at=await vehicle.now())
    assert set(live) == set(numbers_of(second))
    assert second.batch
    assert {claim.until for claim in live.values()} == {second.batch.expires_at}


async def test_without_four_no_number_of_the_batch_holds_one(either_world: World) -> None:
    vehicle = await either_world.reach_selection(await either_world.office("44!!!"))
    assert (await refusal_of(vehicle.draw(exclude_four=True))).code == "numbers_unavailable"
    vehicle = await either_world.reach_selection(await either_world.office("A12!!"))
    assert not any("4" in number for number in numbers_of(await vehicle.draw(exclude_four=True)))


async def test_a_draw_from_one_prefix_keeps_to_it_and_a_foreign_one_is_refused(world: World) -> None:
    office = await world.office(TEN)
    foreign = (await world.office(TEN)).prefixes[0]
    vehicle = await world.reach_selection(office)
    assert (await refusal_of(vehicle.draw(prefix=foreign))).code == "validation_failed"
    state = await vehicle.draw(prefix=office.prefixes[0])
    assert {prefix_of(number) for number in numbers_of(state)} == set(office.prefixes)
    assert state.draws_remaining == 4


async def test_fewer_than_ten_free_are_all_there_are_and_none_is_not_charged(world: World) -> None:
    office = await world.office(TEN)
    owner = await world.reach_selection(office)
    await owner.compose(f"{office.prefixes[0]}A1235")
    vehicle, late = await world.reach_selection(office), await world.reach_selection(office)
    assert len(numbers_of(await vehicle.draw())) == 9
    assert (await refusal_of(late.draw())).code == "numbers_unavailable"
    assert (await late.state()).draws_remaining == 5


async def test_a_number_that_the_index_takes_for_free_is_not_drawn_if_the_database_gave_it_away(world: World) -> None:
    """A draw does not look first who holds its numbers: the guard finds it, and the next attempt names the number."""
    office = await world.office(TEN)
    taken = f"{office.prefixes[0]}A1235"
    await world.repositories.database.rows(TAKE, {"plate": taken})
    vehicle = await world.reach_selection(office)
    state = await vehicle.draw()
    assert sorted(numbers_of(state)) == [f"{office.prefixes[0]}A123{digit}" for digit in "012346789"]
    assert state.draws_remaining == 4
    assert set(await world.claims(*numbers_of(state), taken, at=await vehicle.now())) == {taken, *numbers_of(state)}


async def test_the_last_draw_is_the_last(world: World) -> None:
    vehicle = await world.reach_selection(draws="1")
    await vehicle.draw()
    assert (await refusal_of(vehicle.draw())).code == "no_draws_left"


async def test_a_vehicle_is_never_offered_a_number_twice_but_others_are(world: World) -> None:
    office = await world.office(TEN)
    vehicle, other = await world.reach_selection(office), await world.reach_selection(office)
    drawn = await vehicle.draw()
    assert drawn.batch
    await vehicle.skip_past(drawn.batch.expires_at)
    assert (await refusal_of(vehicle.draw())).code == "numbers_unavailable"
    assert (await vehicle.state()).draws_remaining == 4
    assert not await world.claims(*drawn.batch.numbers, at=await vehicle.now())
    await other.skip(timedelta(seconds=95))
    assert set(numbers_of(await other.draw())) == set(drawn.batch.numbers)
