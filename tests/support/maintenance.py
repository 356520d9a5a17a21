"""Runs of maintenance."""

from uuid import uuid4

from temporalio.client import WorkflowHandle

from tests.support.world import World
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport, RevivedWorkflows
from workflows.maintenance.workflow import MaintenanceWorkflow


async def revived_by_maintenance(world: World) -> RevivedWorkflows:
    """The workflows that a maintenance run has restarted."""
    handle: WorkflowHandle[MaintenanceWorkflow, MaintenanceReport] = await world.client.start_workflow(
        MaintenanceWorkflow.run, MaintenanceInput(["revived"]), id=f"upkeep-{uuid4()}", task_queue=world.task_queue
    )
    revived = (await handle.result()).revived
    assert revived
    return revived
