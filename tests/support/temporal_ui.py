"""What Temporal's UI shows of a workflow."""

from typing import Any

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHandle

from workflows.search_attributes import DEADLINE, OFFICE, PLATE, STAGE


async def attributes_of(workflow: WorkflowHandle[Any, Any]) -> dict[str, Any]:
    """The search attributes of a vehicle's workflow."""
    attributes = (await workflow.describe()).typed_search_attributes
    return {key.name: attributes.get(key) for key in (STAGE, OFFICE, DEADLINE, PLATE)}


async def details_of(workflow: WorkflowHandle[Any, Any]) -> str:
    """The details that operators read: the state that the workflow knows."""
    metadata: WorkflowMetadata = await workflow.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return metadata.current_details
