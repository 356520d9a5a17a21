"""Whether an SMS that was never handed over came too late to be true, read from the history of its workflow."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from domain.sms import Purpose
from tests.scenarios.fault_injection.system import CLOCK_SKEW
from workflows.messages import vehicle_workflow_id

_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED


async def was_ordered_too_late(client: Client, ban: Mapping[str, Any]) -> bool:
    """Whether a worker looked at the SMS about this ban only when the ban was over: then nothing is sent."""
    async for events in _runs(client, vehicle_workflow_id(str(ban["preselection_id"]))):
        if any(done + CLOCK_SKEW >= ban["until"] for done in looks_at(events, Purpose.OVERDUE)):
            return True
    return False


def looks_at(events: Iterable[HistoryEvent], purpose: Purpose) -> list[datetime]:
    """The instants at which the activity of this SMS has completed."""
    ordered, looked = set[int](), []
    for event in events:
        summary = event.user_metadata.summary.data.decode()
        if event.event_type == _SCHEDULED and summary == f'"SMS {purpose}"':
            ordered.add(event.event_id)
        elif event.activity_task_completed_event_attributes.scheduled_event_id in ordered:
            looked.append(event.event_time.ToDatetime(tzinfo=UTC))
    return looked


async def _runs(client: Client, workflow_id: str) -> AsyncIterator[Iterable[HistoryEvent]]:
    async for found in client.list_workflows(f"WorkflowId = '{workflow_id}'"):
        history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        yield history.events
