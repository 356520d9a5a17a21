"""Search attributes with which operators list and filter workflows. They are not encrypted: no personal values."""

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from domain.preselection.values import UNFINISHED

STAGE = SearchAttributeKey.for_keyword("Stage")
OFFICE = SearchAttributeKey.for_keyword("Office")
DEADLINE = SearchAttributeKey.for_datetime("Deadline")
PLATE = SearchAttributeKey.for_keyword("Plate")
"""A reserved or issued plate, as in 粤B12345."""

SELECTING = "selecting"
"""One value for all stages before the confirmation: each change costs an event, and the details show the stage."""


def search_stage(stage: str) -> str:
    """The value of `Stage`: `selecting`, or the stage itself from `completed` on."""
    return SELECTING if stage in UNFINISHED else stage
