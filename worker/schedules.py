"""The Temporal schedules of the service. Any worker may create them at any time."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.maintenance.types import UpkeepInput
from workflows.maintenance.workflow import UpkeepWorkflow

UPKEEP = "upkeep"
EVERY = timedelta(minutes=1)
# A run that hangs would prevent all later runs.
LONGEST_RUN = timedelta(minutes=30)


async def ensure_upkeep(client: Client, task_queue: str, *, schedule_id: str = UPKEEP) -> None:
    """Create or update the schedule of maintenance. If an operator has paused it, it stays paused."""
    wanted = _upkeep(task_queue, schedule_id)
    try:
        await client.create_schedule(schedule_id, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(schedule_id).update(lambda found: _brought_up_to_date(wanted, found))


def _upkeep(task_queue: str, schedule_id: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            UpkeepWorkflow.run,
            UpkeepInput(),
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


def _brought_up_to_date(wanted: Schedule, found: ScheduleUpdateInput) -> ScheduleUpdate:
    return ScheduleUpdate(schedule=replace(wanted, state=found.description.schedule.state))
