"""The schedules of Temporal that the service needs. Any worker may bring them about, at any time."""

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

from workflows.upkeep import UpkeepWorkflow
from workflows.upkeep_ports import UpkeepInput

UPKEEP = "upkeep"
EVERY = timedelta(minutes=1)
# A run that hangs would keep all later ones away.
LONGEST_RUN = timedelta(minutes=30)


async def ensure_upkeep(client: Client, task_queue: str, *, schedule_id: str = UPKEEP) -> None:
    """Make the schedule of upkeep, or bring it up to date. Where an operator has paused it, it stays paused."""
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
            # Temporal adds the moment, so that operators see in the list which run is which.
            id=schedule_id,
            task_queue=task_queue,
            execution_timeout=LONGEST_RUN,
            static_summary="日常维护 (upkeep)",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        # What was missed while Temporal was away is done by the next run.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY),
    )


def _brought_up_to_date(wanted: Schedule, found: ScheduleUpdateInput) -> ScheduleUpdate:
    return ScheduleUpdate(schedule=replace(wanted, state=found.description.schedule.state))
