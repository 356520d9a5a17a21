"""The end and the extension of a reservation by the desk, the applicant and operators, without a ban."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from activities.decide.case import Case
from activities.records import RecordActivities
from domain.calendar import end_of_day
from domain.errors import ValidationFailed
from domain.preselection.state import Preselection
from domain.preselection.values import Stage
from storage.postgres.tables import FOREVER, decision
from tests.support.bans import bans_of
from tests.support.refusals import refusal_of
from tests.support.replaying import replayer_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World
from worker.run import WORKFLOWS
from workflows.messages import DecisionResult, Step
from workflows.retries import WORKFLOW_TASK_TIMEOUT

TEN = "A123!"
ENDS = {"register": "issued", "reject": "cooling", "withdraw": "cooling", "cancel": "cooling"}


async def reserve_plate(world: World, **policy: str) -> Vehicle:
    """A vehicle whose plate waits for the office."""
    vehicle = await world.reach_selection(await world.office(TEN), policy)
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    return vehicle


def plate_of(state: Preselection) -> str:
    assert state.reservation
    return state.reservation.plate


async def interventions(vehicle: Vehicle) -> list[tuple[str, str | None, str | None]]:
    """The decisions of others than the applicant, with actor and reason."""
    columns = decision.c
    found = await vehicle.world.repositories.database.rows(
        select(columns.action, columns.operator, columns.reason).where(
            columns.preselection_id == vehicle.id, columns.operator.is_not(None)
        )
    )
    return [(row[0], row[1], row[2]) for row in found]


@pytest.mark.parametrize("act", ENDS)
async def test_whoever_ends_a_reservation_ends_its_deadline_without_a_ban(either_world: World, act: str) -> None:
    vehicle = await reserve_plate(either_world, cancellation="true")
    state = await getattr(vehicle, act)()
    assert state.stage is (Stage.REGISTERED if act == "register" else Stage.CANCELLED)
    await vehicle.wait_for_end()
    claim = (await either_world.claims(plate_of(state), at=state.last_action_at))[plate_of(state)]
    assert claim.kind == ENDS[act]
    if act == "register":
        assert claim.until == FOREVER
    else:
        assert timedelta(days=1) <= claim.until - state.last_action_at <= timedelta(days=3)
    assert not await bans_of(vehicle)
    assert not vehicle.texts("overdue")


async def test_an_issued_plate_is_never_offered_again(world: World) -> None:
    vehicle = await reserve_plate(world)
    other = await world.vehicle(vehicle.office, confirm_delay="PT0S", unfinished_idle="P900D")
    issued = plate_of(await vehicle.register())
    await other.skip(timedelta(days=800))
    await other.reach_selection()
    offered = numbers_of(await other.draw())
    assert len(offered) == 9
    assert issued not in offered


async def test_an_applicant_withdraws_only_where_the_office_allows_it(world: World) -> None:
    vehicle = await reserve_plate(world)
    assert (await refusal_of(vehicle.withdraw())).code == "cancellation_not_allowed"
    assert (await vehicle.state()).stage is Stage.COMPLETED


@pytest.mark.slow
async def test_an_extended_validity_moves_the_deadline_and_sends_an_sms(either_world: World) -> None:
    vehicle = await reserve_plate(either_world, reminder="PT0S")
    before = (await vehicle.state()).reservation
    assert before
    later = before.visit_by + timedelta(days=5)
    after = (await vehicle.extend_validity(later)).reservation
    assert after
    assert (after.visit_by, after.deadline) == (later, end_of_day(later))
    assert f"{later.year}年{later.month}月{later.day}日" in (await vehicle.text("deadline_moved")).text
    await vehicle.skip_past(before.deadline)
    assert (await vehicle.state()).stage is Stage.COMPLETED
    await vehicle.skip_past(after.deadline)
    await vehicle.wait_for_stage(Stage.OVERDUE)


async def test_who_intervened_and_why_is_kept(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    await vehicle.draw()
    await vehicle.release_holds("wang", "误放")
    state = await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    assert state.reservation
    await vehicle.extend_validity(state.reservation.visit_by + timedelta(days=1), "li", "停业一天")
    await vehicle.cancel("zhao", "系统故障")
    assert sorted(await interventions(vehicle)) == [
        ("extend_validity", "li", "停业一天"), ("reject", "zhao", "系统故障"), ("release_holds", "wang", "误放"),
    ]  # fmt: skip


async def test_an_operator_releases_what_is_held_and_nothing_else(either_world: World) -> None:
    vehicle = await either_world.reach_selection(await either_world.office(TEN))
    numbers = numbers_of(await vehicle.draw())
    await vehicle.put_aside(numbers[0])
    state = await vehicle.release_holds()
    assert (state.batch, state.candidates, state.stage) == (None, None, Stage.PLATE_SELECTION)
    assert state.draws_remaining == 4
    assert not await either_world.claims(*numbers, at=await vehicle.now())


async def test_operators_must_say_who_and_why_and_name_a_day_to_come(either_world: World) -> None:
    vehicle = await reserve_plate(either_world)
    before = await vehicle.state()
    day, past = date(2030, 1, 1), date(2020, 1, 1)
    attempts = [
        vehicle.release_holds(operator=" "), vehicle.release_holds(reason=""), vehicle.cancel(operator=""),
        vehicle.cancel(reason="\t"), vehicle.extend_validity(day, operator=" "),
        vehicle.extend_validity(day, reason=""), vehicle.extend_validity(past),
    ]  # fmt: skip
    for refusal in [await refusal_of(attempt) for attempt in attempts]:
        assert isinstance(refusal, ValidationFailed)
    assert await vehicle.state() == before
    assert not await interventions(vehicle)


@pytest.mark.slow
async def test_a_rejection_that_outlasts_its_workflow_task_replays(
    either_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task goes on by heartbeats, and the decision stands in a later one than the patch."""
    vehicle, move = await reserve_plate(either_world), RecordActivities._move

    async def move_slowly(self: RecordActivities, case: Case, command: Step) -> DecisionResult:
        await asyncio.sleep(1.2 * WORKFLOW_TASK_TIMEOUT.total_seconds())
        return await move(self, case, command)

    monkeypatch.setattr(RecordActivities, "_move", move_slowly)
    assert (await vehicle.reject()).stage is Stage.CANCELLED
    await vehicle.wait_for_end()
    await replayer_of(WORKFLOWS).replay_workflow(await vehicle.handle.fetch_history())
