"""How the workflows of vehicles and bans are started, whoever starts them: ids, titles, and what they are found by."""

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

from workflows.messages import BlacklistInput, VehicleInput, blacklist_workflow_id, vehicle_workflow_id
from workflows.search_attributes import OFFICE, STAGE
from workflows.titles import ban_details, ban_summary, vehicle_details, vehicle_summary

# A preselection that fell asleep, or whose run was ended from outside, goes on under its old id.
_AGAIN = {
    "id_conflict_policy": WorkflowIDConflictPolicy.USE_EXISTING,
    "id_reuse_policy": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
}


def vehicle_options(given: VehicleInput, stage: Stage = Stage.SERVICE_NOTES) -> dict[str, Any]:
    """The options of a start beside the input and the task queue; `stage` is the one of the row."""
    return _AGAIN | {
        "id": vehicle_workflow_id(given.preselection_id),
        "static_summary": vehicle_summary(given.office, given.prefixes),
        "static_details": vehicle_details(given.office, given.prefixes),
        "search_attributes": TypedSearchAttributes(
            [SearchAttributePair(OFFICE, given.office), SearchAttributePair(STAGE, stage.value)]
        ),
    }


def ban_options(given: BlacklistInput, office: str) -> dict[str, Any]:
    """The same for a ban, which is usually started by its vehicle."""
    return {
        "id": blacklist_workflow_id(given.entry_id),
        "static_summary": ban_summary(office),
        "static_details": ban_details(office),
        "search_attributes": TypedSearchAttributes([SearchAttributePair(OFFICE, office)]),
    }
