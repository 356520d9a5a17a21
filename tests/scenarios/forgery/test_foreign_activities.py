"""Our activities, scheduled on our task queue by a foreign workflow with invented inputs: nothing becomes untrue."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from activities.local_decisions import NOT_LOCAL
from domain.calendar import shanghai_day
from domain.preselection.values import Stage
from process.clock import system_clock
from storage.bans.repository import NewBan
from storage.postgres.tables import decision
from tests.support.attacker import DONE, Attacker
from tests.support.bans import ban_of, bans_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World
from workflows.messages import (
    Action,
    Compose,
    ConfirmIdentity,
    DecisionInput,
    Draw,
    OneNumber,
    PostponementInput,
    ReleaseBan,
    Step,
)
from workflows.ports import BanInput, PostponePageInput, ReleaseInput, SettleAppealInput, SmsInput

FAR_OFF, LONG_AGO = timedelta(days=36500), timedelta(days=3650)
TIMES = (timedelta(0), FAR_OFF, -LONG_AGO)
UNTRUE = ("overdue", "reminder", "last_day", "deadline_moved", "ban_ended", "appeal_granted", "nonsense")
TEN = "A123!"


async def reserve_plate(world: World) -> Vehicle:
    vehicle = await world.reach_selection(await world.office(TEN))
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    return vehicle


async def ban_party(world: World) -> Vehicle:
    """A vehicle at 预选号牌 whose party is on the blacklist for two years."""
    vehicle = await world.reach_selection(await world.office(TEN))
    row, now = await vehicle.row(), system_clock()
    ban = NewBan(uuid4(), row.party_hash, "张*", now, now + timedelta(days=730), row.id)
    await world.container.repositories.bans.ban(ban)
    return vehicle


def invented_inputs(vehicle: Vehicle, at: datetime) -> dict[str, list[Any]]:
    """Inputs for each deciding activity, as they would be if its act were possible."""
    number, request_id = f"{vehicle.office.prefixes[0]}A1230", str(uuid4())

    def on(act: str) -> DecisionInput:
        return DecisionInput(str(vehicle.id), act, at, at - LONG_AGO)

    return {
        "records.open": [on("begin"), Action(request_id)],
        "records.move": [on("register"), Step(request_id, clerk="c1e4c")],
        "records.settle": [on("settle")],
        "plates.draw": [on("draw"), Draw(request_id=request_id)],
        "plates.compose": [on("compose"), Compose([number], request_id)],
        "plates.put_aside": [on("put_aside"), OneNumber(number, request_id)],
        # The rules of another act: one that a banned party may still do.
        "plates.reserve": [on("enter"), OneNumber(number, request_id)],
        "people.prove_identity": [on("confirm_identity"), ConfirmIdentity("00", request_id)],
        "texts.send_identity_code": [on("send_identity_code"), Action(request_id)],
        "appeals.settle": [SettleAppealInput(str(uuid4()), at)],
        "people.bar": [BanInput(str(vehicle.id), at)],
        "people.lift_ban": [ReleaseInput(str(uuid4()), at, ReleaseBan("wang", "误判", request_id))],
    }


async def test_no_decision_is_made_for_a_foreign_workflow(clocked_world: World, attacker: Attacker) -> None:
    vehicle = await reserve_plate(clocked_world)
    before = await vehicle.row()
    for at in TIMES:
        inputs = invented_inputs(vehicle, system_clock() + at)
        assert inputs.keys() | NOT_LOCAL == names_of_activities(clocked_world)
        for name, arguments in inputs.items():
            assert await attacker.call(name, *arguments) == "forbidden", name
    assert await vehicle.row() == before
    assert not await bans_of(vehicle)


async def test_an_innocent_holder_is_not_banned_by_a_forged_start_either(
    clocked_world: World, attacker: Attacker
) -> None:
    vehicle = await reserve_plate(clocked_world)
    await vehicle.handle.terminate("by hand")
    await attacker.start("Vehicle", {"preselection_id": str(vehicle.id), "stage": "overdue"}, vehicle.handle.id)
    await vehicle.enter()
    assert (await vehicle.state()).stage is Stage.COMPLETED
    assert not await bans_of(vehicle)


async def test_no_sms_says_what_is_not_so_and_none_comes_twice(clocked_world: World, attacker: Attacker) -> None:
    vehicle, now = await reserve_plate(clocked_world), system_clock()
    await vehicle.text("reserved")
    of_a_stranger = str((await ban_of(await ban_party(clocked_world))).id)
    for purpose in (*UNTRUE, "reserved"):
        for at, entry_id in ((FAR_OFF, None), (-LONG_AGO, of_a_stranger), (timedelta(0), str(uuid4()))):
            given = SmsInput(str(vehicle.id), purpose, now + at, entry_id)
            assert await attacker.call("texts.send", given) == DONE
    assert [purpose for purpose in UNTRUE if vehicle.texts(purpose)] == []
    assert len(vehicle.texts("reserved")) == 1


async def test_an_end_of_a_ban_is_not_announced_while_the_party_is_banned(
    clocked_world: World, attacker: Attacker
) -> None:
    vehicle = await ban_party(clocked_world)
    bans, first = clocked_world.container.repositories.bans, await ban_of(vehicle)
    await bans.release_early(first.id, system_clock(), operator="wang", reason="误判")
    row, now = await vehicle.row(), system_clock()
    await bans.ban(NewBan(uuid4(), row.party_hash, "张*", now, now + timedelta(days=730), row.id))
    assert await attacker.call("texts.send", SmsInput(str(vehicle.id), "ban_ended", now, str(first.id))) == DONE
    assert not vehicle.texts("ban_ended")


async def test_deadlines_do_not_move_without_a_seal(clocked_world: World, attacker: Attacker) -> None:
    vehicle, operation_id = await reserve_plate(clocked_world), f"postponement-{uuid4()}"
    before = await vehicle.row()
    given = outage(vehicle, before.visit_by)
    others = [given, clocked_world.seals.seal("postponement-of-another", "postpone", given)]
    genuine = clocked_world.seals.seal(operation_id, "postpone", given)
    others += [replace(genuine, visit_by="2099-12-31"), replace(genuine, office=None), replace(genuine, operator="li")]
    for forged in others:
        page = PostponePageInput(operation_id, forged, system_clock())
        assert await attacker.call("deadlines.postpone", page) == "forbidden"
    assert await vehicle.row() == before


async def test_a_replayed_operation_moves_no_deadline_by_a_time_of_the_senders(
    clocked_world: World, attacker: Attacker
) -> None:
    vehicle, operation_id = await reserve_plate(clocked_world), f"postponement-{uuid4()}"
    given = outage(vehicle, (await vehicle.row()).visit_by)
    genuine = clocked_world.seals.seal(operation_id, "postpone", given)
    page = PostponePageInput(operation_id, genuine, system_clock() + FAR_OFF)
    assert await attacker.call("deadlines.postpone", page) == DONE
    moved = await vehicle.wait_until(lambda state: state.reservation and state.reservation.is_moved)
    assert moved.reservation
    assert moved.reservation.visit_by < shanghai_day(system_clock()) + timedelta(days=30)


def outage(vehicle: Vehicle, day: date | None) -> PostponementInput:
    assert day
    return PostponementInput("wang", "停电", [day.isoformat()], closed=False, office=vehicle.office.code)


@pytest.mark.slow
async def test_maintenance_ordered_for_another_time_removes_nothing_that_is_needed(
    clocked_world: World, attacker: Attacker
) -> None:
    vehicle, choosing = (
        await reserve_plate(clocked_world),
        await clocked_world.reach_selection(await clocked_world.office(TEN)),
    )
    await choosing.draw()
    rows = [await each.row() for each in (vehicle, choosing)]
    now = system_clock()
    plate, numbers = f"{vehicle.office.prefixes[0]}A1230", rows[1].state["batch"]["numbers"]
    claims = await clocked_world.claims(plate, *numbers, at=now)
    decisions = await count_of_decisions(clocked_world, vehicle.id)
    assert len(claims) == 11
    for at in TIMES:
        for name in ("remove_expired", "purge_people", "seal_audit", "refresh_keyboards", "compare_indexes"):
            order = {"at": now + at, "since": now + at, "mark": 7}
            assert await attacker.call(f"upkeep.{name}", order) == DONE, name
    assert [await each.row() for each in (vehicle, choosing)] == rows
    assert (await vehicle.row()).phone
    assert await clocked_world.claims(plate, *numbers, at=now) == claims
    assert await count_of_decisions(clocked_world, vehicle.id) == decisions
    # The index still offers what is free, and nothing else.
    rival = await clocked_world.reach_selection(vehicle.office)
    assert len(numbers_of(await rival.draw())) == 9


async def count_of_decisions(world: World, preselection_id: UUID) -> int:
    counted = select(func.count()).where(decision.c.preselection_id == preselection_id)
    [[count]] = await world.container.repositories.database.rows(counted)
    return int(count)


def names_of_activities(world: World) -> set[str]:
    """All but the steps of maintenance."""
    functions: list[Any] = [each.__func__ for each in world.container.activities()]  # type: ignore[attr-defined] # bound methods
    names = {function.__temporal_activity_definition.name for function in functions}
    return {name for name in names if not name.startswith("upkeep.")}
