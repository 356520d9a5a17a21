"""The Temporal schedule of maintenance: any worker, and `xuanhao setup`, may create it at any time."""

from dataclasses import replace
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleDescription,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.maintenance.types import MaintenanceInput
from workflows.maintenance.workflow import MaintenanceWorkflow

SCHEDULE_ID = "upkeep"
EVERY = timedelta(minutes=1)
# A run that hangs would prevent all later runs.
LONGEST_RUN = timedelta(minutes=30)
STANDSTILL = timedelta(minutes=5)
"""Without a run for so long something is wrong, or an operator has paused the schedule."""


async def ensure_schedule(client: Client, task_queue: str, *, schedule_id: str = SCHEDULE_ID) -> None:
    """Create or update the schedule of maintenance. If an operator has paused it, it stays paused.

    Raises `RPCError`.
    """
    wanted = maintenance_schedule(task_queue, schedule_id)
    try:
        await client.create_schedule(schedule_id, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(lambda found: _schedule_update(wanted, found))


def maintenance_schedule(task_queue: str, schedule_id: str = SCHEDULE_ID) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            MaintenanceWorkflow.run,
            MaintenanceInput(),
            # Temporal appends the instant, so that operators can distinguish runs in the list.
            id=schedule_id,
            task_queue=task_queue,
            execution_timeout=LONGEST_RUN,
            static_summary="日常维护 (upkeep)",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        # The next run does what was missed while Temporal was unavailable.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY),
    )


def last_run_of(schedule: ScheduleDescription) -> datetime:
    """When the newest run began; without any, when the schedule was made."""
    return max((action.started_at for action in schedule.info.recent_actions), default=schedule.info.created_at)


def stands_still(schedule: ScheduleDescription, at: datetime) -> bool:
    """Whether nothing runs, and nothing has begun for `STANDSTILL`."""
    return not schedule.info.running_actions and at - last_run_of(schedule) > STANDSTILL


def _schedule_update(wanted: Schedule, found: ScheduleUpdateInput) -> ScheduleUpdate:
    return ScheduleUpdate(schedule=replace(wanted, state=found.description.schedule.state))
