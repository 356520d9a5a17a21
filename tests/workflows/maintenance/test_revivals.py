"""Maintenance restarts workflows that were ended by hand, and expiries still have their effect."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from domain.preselection.values import Stage
from process.clock import system_clock
from tests.support.bans import BanRun, ban_of
from tests.support.maintenance import revived_by_maintenance
from tests.support.temporal_ui import attributes_of
from tests.support.waiting import eventually
from tests.support.world import World

FAR = timedelta(days=3650)


async def run_until_revived(world: World, ended: WorkflowHandle[object, object]) -> None:
    """Run maintenance until this workflow runs: Temporal's lists are a little late."""

    async def runs() -> bool:
        await revived_by_maintenance(world)
        return (await ended.describe()).status is WorkflowExecutionStatus.RUNNING

    await ended.terminate("by hand")
    await eventually(runs)


@pytest.mark.slow
async def test_the_deadline_of_a_terminated_reservation_bans_and_its_terminated_ban_ends(world: World) -> None:
    vehicle = await world.reach_selection(validity="PT2H")
    reservation = (await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")).reservation
    assert reservation
    await vehicle.text("reserved")
    await run_until_revived(world, vehicle.handle)
    assert (await attributes_of(vehicle.handle))["Stage"] == "completed"
    await vehicle.skip_past(reservation.deadline)
    await vehicle.wait_for_stage(Stage.OVERDUE)
    ban = await ban_of(vehicle)
    await vehicle.text("overdue")
    # The SMS about the reservation was sent once, and the restarted run has not sent it again.
    assert len(vehicle.texts("reserved")) == 1
    run = BanRun(world, ban.id)
    await eventually(run.runs)
    await run_until_revived(world, run.handle)
    await run.skip_past(ban.until)
    await run.wait_for_end()
    await vehicle.text("ban_ended")


@pytest.mark.parametrize("stage", [Stage.PLATE_SELECTION, Stage.SERVICE_NOTES])
async def test_an_unfinished_one_goes_on_where_it_stood(world: World, stage: Stage) -> None:
    vehicle = await (world.reach_selection() if stage is Stage.PLATE_SELECTION else world.vehicle())
    before = await vehicle.row()
    await run_until_revived(world, vehicle.handle)
    after = await vehicle.row()
    assert (after.revision, after.state) == (before.revision, before.state)
    assert (await attributes_of(vehicle.handle))["Stage"] == "selecting"


async def test_what_has_ended_by_itself_is_left_alone(world: World) -> None:
    vehicle = await world.reach_selection()
    await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")
    rows, later = world.repositories.expected_workflows, system_clock() + FAR
    assert vehicle.id in {row.id for row in await rows.past_deadline(later)}
    await vehicle.register()
    await vehicle.wait_for_end()
    await revived_by_maintenance(world)
    assert (await vehicle.handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert vehicle.id not in {row.id for row in await rows.past_deadline(later)}
    assert await rows.of([vehicle.id]) == []
