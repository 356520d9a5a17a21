"""A workflow that lags behind its row catches up with it: at the next act, and alone, and its deadlines have effect."""

import asyncio
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from domain.preselection.values import Stage
from process.clock import system_clock
from tests.support.bans import ban_of
from tests.support.maintenance import revived_by_maintenance
from tests.support.temporal_ui import details_of
from tests.support.vehicles import Vehicle
from tests.support.waiting import eventually
from tests.support.world import World

pytestmark = pytest.mark.slow

# What Temporal's UI offers: to do again what was done after the point of the reset, or to leave it out.
NOTHING = ()
EVERYTHING = (
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL,
    ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
)
either_way = pytest.mark.parametrize("left_out", [NOTHING, EVERYTHING], ids=["reapplied", "left-out"])

LeftOut = tuple[ResetReapplyExcludeType.ValueType, ...]


async def reset(vehicle: Vehicle, left_out: LeftOut) -> None:
    """Reset the workflow to its first task, as an operator does in Temporal's UI."""
    events = (await vehicle.handle.fetch_history()).events
    completed = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    first = next(event.event_id for event in events if event.event_type == completed)
    await vehicle.world.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=vehicle.handle.id),
            reason="by hand",
            workflow_task_finish_event_id=first,
            request_id=str(uuid4()),
            reset_reapply_exclude_types=left_out,
        )
    )


async def reserve_plate(world: World, validity: str) -> Vehicle:
    vehicle = await world.reach_selection(validity=validity)
    await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")
    await vehicle.text("reserved")
    return vehicle


async def run_maintenance_until_ban(vehicle: Vehicle) -> None:
    """Maintenance runs until the missed deadline has had its effect: Temporal's lists are a little late."""

    async def overdue() -> bool:
        await revived_by_maintenance(vehicle.world)
        return (await vehicle.state()).stage is Stage.OVERDUE

    await eventually(overdue, within=20)
    ban, reservation = await ban_of(vehicle), (await vehicle.state()).reservation
    assert reservation
    assert ban.since == reservation.deadline
    await vehicle.text("overdue")
    await vehicle.wait_for_end()
    assert [len(vehicle.texts(purpose)) for purpose in ("reserved", "overdue")] == [1, 1]


async def test_a_vehicle_that_is_revived_after_its_deadline_is_overdue_and_its_party_is_banned(
    real_time_world: World,
) -> None:
    vehicle = await reserve_plate(real_time_world, "PT2S")
    await vehicle.handle.terminate("by hand")
    reservation = (await vehicle.state()).reservation
    assert reservation
    await asyncio.sleep((reservation.deadline - system_clock()).total_seconds())
    assert (await vehicle.state()).stage is Stage.COMPLETED
    await run_maintenance_until_ban(vehicle)


@either_way
async def test_a_workflow_that_was_reset_goes_on_at_the_next_act_with_what_the_row_says(
    real_time_world: World, left_out: LeftOut
) -> None:
    vehicle = await real_time_world.reach_selection()
    number = await a_candidate(vehicle)
    await reset(vehicle, left_out)
    state = await vehicle.confirm(number)
    assert state.reservation
    assert state.reservation.plate == number
    assert number in (await vehicle.text("reserved")).text
    assert "`completed`" in await details_of(vehicle.handle)
    assert (await vehicle.register()).stage is Stage.REGISTERED
    await vehicle.wait_for_end()


@either_way
async def test_a_workflow_that_was_reset_and_is_left_alone_still_bans(
    real_time_world: World, left_out: LeftOut
) -> None:
    vehicle = await reserve_plate(real_time_world, "PT4S")
    await reset(vehicle, left_out)
    await run_maintenance_until_ban(vehicle)


async def a_candidate(vehicle: Vehicle) -> str:
    batch = (await vehicle.draw()).batch
    assert batch
    await vehicle.put_aside(batch.numbers[0])
    return batch.numbers[0]
