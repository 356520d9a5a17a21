"""The search attributes of a vehicle: office, deadline, plate, and whether it selects, waits or has ended."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from domain.preselection.deadlines import Countdown
    from domain.preselection.values import Stage

from workflows.messages import DecisionResult
from workflows.search_attributes import DEADLINE, PLATE, STAGE, search_stage
from workflows.vehicle.timers import ends_of

_WITH_PLATE = (Stage.COMPLETED, Stage.REGISTERED)


def publish_search_attributes(current: DecisionResult) -> None:
    """Update the search attributes. Each update costs an event, so all changes are sent in one, if there are any."""
    changes: list[SearchAttributeUpdate[Any]] = []
    stage = search_stage(current.stage)
    if _current_value(STAGE) != stage:
        changes.append(STAGE.value_set(stage))
    deadline = ends_of(current).get(Countdown.VALIDITY)
    if deadline and _current_value(DEADLINE) != deadline:
        changes.append(DEADLINE.value_set(deadline))
    if changes:
        # Only beside another change: a run that began before there was a plate to show would not replay with one more.
        changes += _plate_change(current)
        workflow.upsert_search_attributes(changes)


def _plate_change(current: DecisionResult) -> list[SearchAttributeUpdate[Any]]:
    plate = current.plate if current.stage in _WITH_PLATE else None
    if _current_value(PLATE) == plate:
        return []
    return [PLATE.value_set(plate) if plate else PLATE.value_unset()]


def _current_value(key: SearchAttributeKey[Any]) -> Any:
    return workflow.info().typed_search_attributes.get(key)
