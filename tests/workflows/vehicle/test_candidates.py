"""备选: at most one of each batch, over several batches, with one countdown for all (R-37, R-38)."""

from datetime import timedelta

from domain.preselection.values import Stage
from tests.support.refusals import refusal_of
from tests.support.vehicles import numbers_of
from tests.support.world import World

MANY = "A1!!!"


async def test_candidates_of_several_batches_stay_while_new_batches_come(either_world: World) -> None:
    vehicle = await either_world.reach_selection(await either_world.office(MANY), candidate_ttl="PT5M")
    chosen, ends = [], []
    for _ in range(3):
        number = numbers_of(await vehicle.draw())[0]
        column = (await vehicle.put_aside(number)).candidates
        assert column
        chosen.append(number)
        ends.append(column.expires_at)
        assert column.numbers == tuple(chosen)
    assert ends == sorted(set(ends))
    live = await either_world.claims(*chosen, at=await vehicle.now())
    assert {claim.kind for claim in live.values()} == {"candidate"}
    assert {claim.until for claim in live.values()} == {ends[-1]}
    state = await vehicle.confirm(chosen[0])
    assert state.stage is Stage.COMPLETED
    assert set(await either_world.claims(*chosen, at=await vehicle.now())) == {chosen[0]}


async def test_another_choice_from_the_same_batch_replaces_the_first(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    first, second = numbers_of(await vehicle.draw())[:2]
    await vehicle.put_aside(first)
    column = (await vehicle.put_aside(second)).candidates
    assert column
    assert column.numbers == (second,)
    assert (await refusal_of(vehicle.confirm(first))).code == "not_a_candidate"
    live = await world.claims(first, second, at=await vehicle.now())
    assert {plate: claim.kind for plate, claim in live.items()} == {first: "offered", second: "candidate"}


async def test_the_same_choice_again_changes_nothing(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    number = numbers_of(await vehicle.draw())[0]
    before = await vehicle.put_aside(number)
    claims = await world.claims(number, at=await vehicle.now())
    assert await vehicle.put_aside(number) == before
    assert await world.claims(number, at=await vehicle.now()) == claims


async def test_additions_restart_the_countdown_up_to_the_cap(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(MANY), candidate_ttl="PT3M", candidate_ttl_cap="PT4M")
    first = (await vehicle.put_aside(numbers_of(await vehicle.draw())[0])).candidates
    await vehicle.skip(timedelta(minutes=2))
    second = (await vehicle.put_aside(numbers_of(await vehicle.draw())[0])).candidates
    assert first
    assert second
    assert second.expires_at == first.first_at + timedelta(minutes=4)
    live = await world.claims(*second.numbers, at=await vehicle.now())
    assert {claim.until for claim in live.values()} == {second.expires_at}


async def test_only_a_number_of_the_live_batch_can_be_put_aside(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(MANY))
    assert (await refusal_of(vehicle.put_aside(f"{vehicle.office.prefixes[0]}A1000"))).code == "not_in_batch"
    earlier = numbers_of(await vehicle.draw())[0]
    current = numbers_of(await vehicle.draw())[0]
    assert (await refusal_of(vehicle.put_aside(earlier))).code == "not_in_batch"
    assert (await refusal_of(vehicle.confirm(current))).code == "not_a_candidate"
