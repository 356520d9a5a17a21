"""Start options of the workflows of vehicles, bans and appeals: ids, titles and search attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from temporalio import workflow
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

with workflow.unsafe.imports_passed_through():
    from domain.preselection.values import Stage

from workflows.messages import appeal_workflow_id, blacklist_workflow_id, vehicle_workflow_id
from workflows.retries import WORKFLOW_TASK_TIMEOUT
from workflows.search_attributes import OFFICE, STAGE, search_stage
from workflows.ui_text import appeal_details, appeal_summary, ban_details, ban_summary, vehicle_details, vehicle_summary

# A dormant preselection, or one whose run was ended by hand, continues with its old workflow id.
_AGAIN = {
    "id_conflict_policy": WorkflowIDConflictPolicy.USE_EXISTING,
    "id_reuse_policy": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
}


@dataclass(frozen=True)
class VehicleStart:
    """The values of a vehicle's start that operators see; `stage` is the row's."""

    preselection_id: str
    office: str
    prefixes: Sequence[str] = ()
    stage: str = Stage.SERVICE_NOTES


def vehicle_options(start: VehicleStart) -> dict[str, Any]:
    """The options of a start, except input and task queue."""
    attributes = [SearchAttributePair(OFFICE, start.office), SearchAttributePair(STAGE, search_stage(start.stage))]
    return _AGAIN | {
        "id": vehicle_workflow_id(start.preselection_id),
        "static_summary": vehicle_summary(start.office, start.prefixes),
        "static_details": vehicle_details(start.office, start.prefixes),
        "search_attributes": TypedSearchAttributes(attributes),
        "task_timeout": WORKFLOW_TASK_TIMEOUT,
    }


def ban_options(entry_id: str, office: str) -> dict[str, Any]:
    """The same for a ban, which is usually started by its vehicle."""
    return {
        "id": blacklist_workflow_id(entry_id),
        "static_summary": ban_summary(office),
        "static_details": ban_details(office),
        "search_attributes": TypedSearchAttributes([SearchAttributePair(OFFICE, office)]),
        "task_timeout": WORKFLOW_TASK_TIMEOUT,
    }


def appeal_options(appeal_id: str, office: str) -> dict[str, Any]:
    """The same for an appeal."""
    return {
        "id": appeal_workflow_id(appeal_id),
        "static_summary": appeal_summary(office),
        "static_details": appeal_details(office),
        "search_attributes": TypedSearchAttributes([SearchAttributePair(OFFICE, office)]),
        "task_timeout": WORKFLOW_TASK_TIMEOUT,
    }
