"""Acts that need a seal are refused without it, and what comes without one is audited as what it is."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from domain.preselection.values import Stage
from process.clock import system_clock
from storage.audit.trail import Act, AuditEntry
from storage.bans.repository import NewBan
from storage.failures import NotTheSecond
from tests.support.bans import BanRun, ban_of
from tests.support.vehicles import CLERK, OPERATOR, Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.messages import Action, DeskAct, ExtendValidity, OneNumber, OperatorAct, ReleaseBan
from workflows.refusals import as_refusal
from workflows.start_options import ban_options

TEN = "A123!"
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
BY = pytest.mark.parametrize("by_signal", [False, True], ids=["update", "signal"])
AuditedAct = tuple[str, str, str | None]


async def reserved(world: World) -> Vehicle:
    vehicle = await world.reach_selection(await world.office(TEN))
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    return vehicle


async def sent(vehicle: Vehicle, act: str, command: Any, *, by_signal: bool) -> str | None:
    """Send the message as it is, straight through Temporal; returns the code of the refusal."""
    if not by_signal:
        return await updated(vehicle, act, command)
    await vehicle.handle.signal(act, command)
    # Decisions are made one after the other, so this impossible one is refused after that of the signal.
    with suppress(RPCError):
        await updated(vehicle, "confirm", OneNumber("none", str(uuid4())))
    outcome = await eventually(lambda: vehicle.outcome(command.request_id))
    return outcome.refused


async def updated(vehicle: Vehicle, act: str, command: Any) -> str | None:
    """The code of the refusal. Raises `RPCError` where the workflow has ended."""
    try:
        await vehicle.handle.execute_update(act, command, id=str(uuid4()))
    except WorkflowUpdateFailedError as failed:
        refusal = as_refusal(failed.cause)
        return refusal.code if refusal else str(failed.cause)
    return None


async def story(vehicle: Vehicle) -> list[AuditedAct]:
    """Action, kind of actor and actor of each audited act."""
    trail = vehicle.world.repositories.audit_trail
    entries: list[AuditEntry] = await trail.between(LONG_AGO, FAR_AHEAD, preselection_id=vehicle.id)
    return [(entry.action, entry.actor_kind, entry.actor) for entry in entries]


@BY
async def test_only_a_seal_for_this_vehicle_act_and_content_registers_or_rejects(
    clocked_world: World, *, by_signal: bool
) -> None:
    vehicle, other = await reserved(clocked_world), await reserved(clocked_world)
    before, audited = await vehicle.row(), await story(vehicle)
    command = DeskAct(CLERK, str(uuid4()))
    for act, another in (("register", "reject"), ("reject", "register")):
        genuine = vehicle.seal(act, command)
        seals = [
            None,
            "A" * 22,
            vehicle.seal(another, command).seal,
            vehicle.seal("cancel", OperatorAct(OPERATOR, "停业", command.request_id)).seal,
            other.seal(act, command).seal,
        ]
        forged = [replace(command, seal=seal) for seal in seals]
        forged += [replace(genuine, clerk="another clerk"), replace(genuine, request_id=str(uuid4()))]
        for message in forged:
            assert await sent(vehicle, act, message, by_signal=by_signal) == "forbidden"
        assert await sent(other, act, genuine, by_signal=by_signal) == "forbidden"
    assert await vehicle.row() == before
    assert await story(vehicle) == audited
    assert await sent(vehicle, "register", vehicle.seal("register", command), by_signal=by_signal) is None
    assert (await vehicle.state()).stage is Stage.REGISTERED


async def test_a_replayed_genuine_message_acts_once(clocked_world: World) -> None:
    vehicle, request_id = await clocked_world.reach_selection(await clocked_world.office("A12!!")), str(uuid4())
    draw = vehicle.seal("draw", Action(request_id))
    await vehicle.handle.execute_update("draw", draw, id=str(uuid4()))
    for by_signal in (False, True):
        assert await sent(vehicle, "draw", draw, by_signal=by_signal) is None
    assert (await vehicle.state()).draws_remaining == 4
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1299", f"{vehicle.office.prefixes[0]}A1298")
    # Replayed at another vehicle, it is a message without a seal, and its id is that of somebody else's request.
    other = await clocked_world.reach_selection(vehicle.office)
    for by_signal in (False, True):
        assert await sent(other, "draw", draw, by_signal=by_signal) == "validation_failed"
    assert (await other.state()).draws_remaining == 5


@BY
async def test_the_request_id_of_another_act_is_no_answer_to_this_one(clocked_world: World, *, by_signal: bool) -> None:
    vehicle, request_id = await reserved(clocked_world), str(uuid4())
    # Somebody saw a clerk's message under way, and was faster with another act under its id.
    day = (await vehicle.row()).visit_by
    assert day
    extension = ExtendValidity("wang", "停业", (day + timedelta(days=1)).isoformat(), request_id)
    assert await sent(vehicle, "extend_validity", extension, by_signal=by_signal) is None
    register = vehicle.seal("register", DeskAct(CLERK, request_id))
    assert await sent(vehicle, "register", register, by_signal=by_signal) == "validation_failed"
    assert (await vehicle.state()).stage is Stage.COMPLETED


@BY
async def test_what_comes_straight_through_temporal_acts_and_is_audited_as_that(
    clocked_world: World, *, by_signal: bool
) -> None:
    office = await clocked_world.office(TEN)
    vehicle = await clocked_world.vehicle(office, {"confirm_delay": "PT0S", "compose_interval": "PT0S"})
    audited = await story(vehicle)
    assert audited == [("begin", "applicant", None)]

    async def act(name: str, command: Any) -> None:
        assert await sent(vehicle, name, command, by_signal=by_signal) is None

    await act("start", Action(str(uuid4())))
    await vehicle.send_code()
    await vehicle.confirm_identity()
    await act("draw", Action(str(uuid4())))
    chosen, *_ = numbers_of(await vehicle.state())
    await act("put_aside", OneNumber(chosen, str(uuid4())))
    await act("confirm", OneNumber(chosen, str(uuid4())))
    day = (await vehicle.row()).visit_by
    assert day
    await act("extend_validity", ExtendValidity("wang", "停业", (day + timedelta(days=1)).isoformat(), str(uuid4())))
    await act("cancel", OperatorAct("wang", "重复登记", str(uuid4())))
    assert (await vehicle.state()).stage is Stage.CANCELLED
    through_temporal = [each for each in await story(vehicle) if each not in audited]
    assert through_temporal == [
        ("start", "temporal", None),
        ("draw", "temporal", None),
        ("put_aside", "temporal", None),
        ("confirm", "temporal", None),
        ("extend_validity", "temporal", "wang"),
        ("reject", "temporal", "wang"),
    ]


async def test_a_changed_name_under_an_operators_seal_is_nobodys_name(clocked_world: World) -> None:
    vehicle = await reserved(clocked_world)
    genuine = vehicle.seal("cancel", OperatorAct(OPERATOR, "重复登记", str(uuid4())))
    assert await sent(vehicle, "cancel", replace(genuine, operator="li"), by_signal=True) is None
    assert (await story(vehicle))[-1] == ("reject", "temporal", "li")


async def has_decided(run: BanRun, times: int) -> bool:
    """Whether the workflow of the ban has asked the database so often."""
    events = (await run.handle.fetch_history()).events
    return sum(event.HasField("marker_recorded_event_attributes") for event in events) >= times


async def test_a_ban_is_released_under_a_genuine_seal_only_and_its_operator_is_not_the_second(
    clocked_world: World,
) -> None:
    vehicle, other_entry = await reserved(clocked_world), uuid4()
    row, now, bans = await vehicle.row(), system_clock(), clocked_world.repositories.bans
    entry = await bans.ban(NewBan(uuid4(), row.party_hash, "张*", now, now + timedelta(days=730), row.id))
    run = BanRun(clocked_world, entry.id)
    await clocked_world.client.start_workflow(
        "Blacklist",
        {"entry_id": str(entry.id)},
        task_queue=clocked_world.task_queue,
        **ban_options(str(entry.id), vehicle.office.code),
    )
    command = ReleaseBan("wang", "误判", str(uuid4()))

    def sealed(entry_id: object, act: str = "release") -> ReleaseBan:
        return clocked_world.seals.seal(str(entry_id), act, command)

    forged = [command, replace(sealed(entry.id), operator="li"), replace(sealed(entry.id), reason="无"),
              sealed(other_entry), sealed(entry.id, "cancel"), replace(command, seal="A" * 22)]  # fmt: skip
    await eventually(partial(has_decided, run, 1))
    for number, message in enumerate(forged, 2):
        await run.handle.signal("release", message)
        await eventually(partial(has_decided, run, number))
    assert (await ban_of(vehicle)).released_at is None
    assert await run.runs()
    await run.handle.signal("release", sealed(entry.id))
    await run.wait_for_end()
    assert (await ban_of(vehicle)).released_by == "wang"
    # Replayed, it changes nothing; and whoever released it can't confirm it.
    with pytest.raises(NotTheSecond):
        await bans.confirm_release(entry.id, Act(system_clock(), "operator", "wang"))
    assert await bans.confirm_release(entry.id, Act(system_clock(), "operator", "li"))
