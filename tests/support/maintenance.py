"""Runs of maintenance."""

from uuid import uuid4

from temporalio.client import Client, ScheduleHandle, WorkflowHandle
from temporalio.service import RPCError

from tests.support.world import World
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport, RevivedWorkflows
from workflows.maintenance.workflow import MaintenanceWorkflow


async def revived_by_maintenance(world: World) -> RevivedWorkflows:
    """The workflows that a maintenance run has restarted."""
    return await run_revival(world.client, world.task_queue)


async def run_revival(client: Client, task_queue: str) -> RevivedWorkflows:
    """One run of the step that restarts workflows."""
    handle: WorkflowHandle[MaintenanceWorkflow, MaintenanceReport] = await client.start_workflow(
        MaintenanceWorkflow.run, MaintenanceInput(["revived"]), id=f"upkeep-{uuid4()}", task_queue=task_queue
    )
    revived = (await handle.result()).revived
    assert revived
    return revived


async def schedule_exists(schedule: ScheduleHandle) -> bool:
    try:
        await schedule.describe()
    except RPCError:
        return False
    return True
