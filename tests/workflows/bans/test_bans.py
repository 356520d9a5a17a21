"""The effects of a ban on the party's other preselections."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.errors import Blacklisted
from domain.preselection.values import Stage
from storage.bans.repository import NewBan
from tests.support.bans import ban_of
from tests.support.people import Person
from tests.support.refusals import refusal_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World

TEN = "A123!"
LONG = {"batch_ttl": "P9D", "candidate_ttl": "P9D", "candidate_ttl_cap": "P9D", "session_idle": "P9D"}
OFTEN = {"code_resend": "PT0S"}


async def ban(vehicle: Vehicle) -> Blacklisted:
    """Ban the party, without a message to its workflows."""
    row, now = await vehicle.row(), await vehicle.now()
    until = now.replace(microsecond=0) + timedelta(days=700)
    ban = NewBan(uuid4(), row.party_hash, "张*", now - timedelta(seconds=1), until, row.id)
    await vehicle.world.repositories.bans.ban(ban)
    return Blacklisted(until)


async def test_a_banned_party_is_refused_every_draw_composition_candidate_and_confirmation(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN), batch_size="5")
    chosen, other, *_ = numbers_of(await vehicle.draw())
    before = await vehicle.put_aside(chosen)
    expected = await ban(vehicle)
    attempts = [vehicle.draw(), vehicle.compose(other), vehicle.put_aside(other), vehicle.confirm(chosen)]
    for refusal in [await refusal_of(attempt) for attempt in attempts]:
        assert isinstance(refusal, Blacklisted)
        assert refusal.until == expected.until
    assert await vehicle.state() == before
    # The refused draw does not hold numbers either.
    rival = await world.reach_selection(vehicle.office)
    assert len(numbers_of(await rival.draw())) == 5


@pytest.mark.slow
async def test_a_missed_deadline_lets_the_holds_of_the_partys_other_preselections_lapse(world: World) -> None:
    person, office = Person.new(), await world.office("A1!!!")
    missed = await world.reach_selection(office, OFTEN, person=person, validity="PT1M")
    selecting = await world.reach_selection(office, LONG | OFTEN, person=person)
    reserved = await world.reach_selection(office, OFTEN, person=person, validity="P30D")
    held = numbers_of(await selecting.draw())
    await selecting.put_aside(held[0])
    free = [number for last in range(20) if (number := f"{office.prefixes[0]}A10{last:02d}") not in held]
    await missed.compose(free[0])
    await reserved.compose(free[1])
    await missed.skip(timedelta(minutes=1))
    await ban_of(missed)
    # Each vehicle has a separate clock here, and this one must reach the start of the ban.
    await selecting.skip(timedelta(minutes=2))
    await selecting.handle.signal("refresh")
    after = await selecting.wait_until(lambda state: not state.batch)
    assert (after.candidates, after.stage) == (None, Stage.PLATE_SELECTION)
    assert not await world.claims(*held, at=await selecting.now())
    assert isinstance(await refusal_of(selecting.draw()), Blacklisted)
    assert (await reserved.state()).stage is Stage.COMPLETED
    assert (await reserved.register()).stage is Stage.REGISTERED


async def test_a_ban_that_is_over_bans_nobody(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN), session_idle="P900D", unfinished_idle="P900D")
    expected = await ban(vehicle)
    assert isinstance(await refusal_of(vehicle.draw()), Blacklisted)
    await vehicle.skip_past(expected.until)
    assert (await vehicle.draw()).batch
