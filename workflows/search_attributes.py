"""What operators can list and filter running workflows by. Search attributes are never encrypted: no personal value."""

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from domain.preselection.values import UNFINISHED

STAGE = SearchAttributeKey.for_keyword("Stage")
OFFICE = SearchAttributeKey.for_keyword("Office")
DEADLINE = SearchAttributeKey.for_datetime("Deadline")

SELECTING = "selecting"
"""One value for all stages before the choice: each change costs an event, and the finer stage is in the details."""


def search_stage(stage: str) -> str:
    """The value of `Stage`: `selecting`, or the stage itself from `completed` on."""
    return SELECTING if stage in UNFINISHED else stage
