"""Makes all vehicles reread their rows at once, instead of within five minutes of a restore."""

from datetime import timedelta

from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy

from domain.errors import Unavailable
from operations.context import OperationsContext
from operations.temporal_calls import translate_temporal_errors
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport
from workflows.maintenance.workflow import MaintenanceWorkflow

_STEP = "resynced"
_ID = "resync"
_LONGEST = timedelta(minutes=30)


async def resync_vehicles(operations: OperationsContext) -> int:
    """Run the step of maintenance that refreshes all vehicles; returns their number. One run at a time.

    The run does not know the last mark of the database, so it does the same as after a restore. Raises `Unavailable`,
    also when no worker has done it within half an hour, and `DependencyUnavailable`.
    """
    # Where maintenance has never run, there is no mark yet, and the run would take the installation for a new one.
    await operations.repositories.lagging_workflows.advance_mark(None)
    try:
        with translate_temporal_errors():
            report: MaintenanceReport = await operations.temporal.execute_workflow(
                MaintenanceWorkflow.run,
                MaintenanceInput([_STEP]),
                id=_ID,
                task_queue=operations.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                execution_timeout=_LONGEST,
                static_summary="重新同步 (resync)",
            )
    except WorkflowFailureError:
        raise Unavailable({"worker": "down"}) from None
    return report.resynced.vehicles if report.resynced else 0
