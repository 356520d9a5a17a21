"""A missed deadline: the party is banned for two years, the number cools, and both end automatically (R-41, R-48)."""

from datetime import datetime, timedelta

import pytest

from domain.durations import SHANGHAI
from domain.policy import Policy
from domain.preselection.values import Stage
from tests.support.bans import BanRun, ban_of, bans_of
from tests.support.people import Person
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World
from workflows.messages import ReleaseBan

pytestmark = pytest.mark.slow

TEN = "A123!"
QUIET = {"reminder": "PT0S"}


async def overdue(vehicle: Vehicle) -> datetime:
    """Let the deadline pass, and return it."""
    reservation = (await vehicle.state()).reservation
    assert reservation
    await vehicle.skip_past(reservation.deadline)
    await vehicle.wait_for_stage(Stage.OVERDUE)
    return reservation.deadline


@pytest.mark.requirement("R-41", "R-48")
async def test_a_missed_deadline_bans_for_two_years_and_the_ban_ends_by_itself(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    await vehicle.confirm((await candidates(vehicle))[0])
    deadline = await overdue(vehicle)
    ban = await ban_of(vehicle)
    assert ban.since == deadline
    assert ban.until == Policy().blacklist.after(deadline)
    assert ban.until.astimezone(SHANGHAI).hour == 0
    text = (await vehicle.text("overdue")).text
    day = ban.until.astimezone(SHANGHAI)
    assert "黑名单" in text
    assert f"{day.year}年{day.month}月{day.day}日" in text
    await vehicle.wait_for_end()
    run = BanRun(world, ban.id)
    await run.skip_past(ban.until - timedelta(days=1))
    assert await run.runs()
    assert (await ban_of(vehicle)).released_at is None
    await run.skip_past(ban.until)
    await run.wait_for_end()
    released = await ban_of(vehicle)
    assert released.released_at
    assert ban.until <= released.released_at < ban.until + timedelta(minutes=1)
    assert released.released_by is None
    assert "黑名单" in (await vehicle.text("ban_ended")).text


async def test_the_number_of_a_missed_deadline_cools_and_can_be_had_again(world: World) -> None:
    office = await world.office(TEN)
    vehicle, others = await world.reach_selection(office, QUIET), await world.vehicle(office, confirm_delay="PT0S")
    number = (await candidates(vehicle))[0]
    await vehicle.confirm(number)
    deadline = await overdue(vehicle)
    claim = (await world.claims(number, at=deadline + timedelta(minutes=1)))[number]
    assert claim.kind == "cooling"
    assert timedelta(days=1) <= claim.until - deadline <= timedelta(days=3, minutes=1)
    await others.skip_past(deadline + timedelta(hours=1))
    await others.reach_selection()
    offered = numbers_of(await others.draw())
    assert len(offered) == 9
    assert number not in offered
    await others.skip_past(claim.until)
    await others.enter()
    await others.reach_selection()
    assert numbers_of(await others.draw()) == (number,)


async def test_a_second_missed_deadline_extends_the_ban(world: World) -> None:
    person, office = Person.new(), await world.office("A1!!!")
    policy = QUIET | {"code_resend": "PT0S"}
    first = await world.reach_selection(office, policy, person=person, validity="P1D")
    second = await world.reach_selection(office, policy, person=person, validity="P9D")
    for vehicle in (first, second):
        await vehicle.confirm((await candidates(vehicle))[0])
    await overdue(first)
    earlier = await ban_of(first)
    run = BanRun(world, earlier.id)
    await run.begins()
    deadline = await overdue(second)
    await second.wait_for_end()
    later = await ban_of(second)
    assert (later.id, later.since) == (earlier.id, earlier.since)
    assert later.until == Policy().blacklist.after(deadline) > earlier.until
    await run.skip_past(earlier.until)
    assert await run.runs()
    assert (await ban_of(second)).released_at is None
    await run.skip_past(later.until)
    await run.wait_for_end()
    assert (await ban_of(second)).released_at


async def test_an_operator_ends_a_ban_early_but_not_without_a_seal(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN), validity="PT1M")
    await vehicle.confirm((await candidates(vehicle))[0])
    await overdue(vehicle)
    run = BanRun(world, (await ban_of(vehicle)).id)
    await run.begins()
    await run.handle.signal("release", {"operator": "wang", "reason": "  "})
    await run.handle.signal("extend", {"until": "2099-01-01T00:00:00"})
    await run.handle.signal("release")
    await run.handle.signal("extend", None)
    assert await run.runs()
    # An attacker inside the network without our keys.
    await run.handle.signal("release", {"operator": "wang", "reason": "车管所停业"})
    await run.skip(timedelta(seconds=1))
    assert await run.runs()
    assert not (await ban_of(vehicle)).released_at
    await run.handle.signal("release", world.seals.seal(str(run.entry_id), "release", ReleaseBan("wang", "车管所停业")))
    await run.wait_for_end()
    ban = await ban_of(vehicle)
    assert ban.released_at
    assert ban.released_at < ban.until
    assert (ban.released_by, ban.release_reason) == ("wang", "车管所停业")


async def test_a_reminder_and_a_last_word_come_before_the_deadline(world: World) -> None:
    vehicle = await world.reach_selection()
    state = await vehicle.confirm((await candidates(vehicle))[0])
    assert state.reservation
    nine = timedelta(hours=15)
    await vehicle.skip_past(state.reservation.deadline - nine - timedelta(days=1))
    assert state.reservation.plate in (await vehicle.text("reminder")).text
    assert not vehicle.texts("last_day")
    await vehicle.skip_past(state.reservation.deadline - nine)
    assert state.reservation.plate in (await vehicle.text("last_day")).text
    assert (await vehicle.register()).stage is Stage.REGISTERED
    assert not await bans_of(vehicle)


async def candidates(vehicle: Vehicle) -> tuple[str, ...]:
    """One drawn number as candidate."""
    column = (await vehicle.put_aside(numbers_of(await vehicle.draw())[0])).candidates
    assert column
    return column.numbers


async def test_whoever_begins_again_after_the_deadline_is_banned_only_once(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN), validity="PT1M")
    await vehicle.confirm((await candidates(vehicle))[0])
    await overdue(vehicle)
    await vehicle.wait_for_end()
    ban = await ban_of(vehicle)
    assert (await vehicle.revive()).stage is Stage.OVERDUE
    await vehicle.wait_for_end()
    assert await ban_of(vehicle) == ban
    assert len(vehicle.texts("overdue")) == 1
