"""Previews: what a release or an extension would do."""

from api.http.request_context import CurrentContext
from api.http.responses import responses_of_write
from api.http.secured_route import area
from api.operators.affair_schemas import DeadlinesPreviewAnswer, DeadlinesPreviewBody, SegmentPreviewAnswer
from api.operators.commands import operator_command, plain
from api.operators.request_schemas import SegmentBody
from operations import previews
from operations.deadlines import Outage
from operations.pool import NewSegment

router = area("/operations", tags=["operations"])


@router.post("/segments/preview", responses=responses_of_write())
async def preview_segment(context: CurrentContext, body: SegmentBody) -> SegmentPreviewAnswer:
    """The numbers that a release would release. Nothing is released."""
    new = NewSegment(body.prefix, body.template, body.excluded, body.released_at, body.compose_from)
    found = await previews.preview_segment(context.app.operations, new, await operator_command(context))
    return SegmentPreviewAnswer(**plain(vars(found)) | {"samples": list(found.samples)})


@router.post("/deadlines/preview", responses=responses_of_write())
async def preview_extension(context: CurrentContext, body: DeadlinesPreviewBody) -> DeadlinesPreviewAnswer:
    """The reservations that an extension would move. Nothing moves."""
    outage = Outage(body.since, body.until, body.office_code, body.visit_by)
    found = await previews.preview_extension(context.app.operations, await operator_command(context), outage)
    return DeadlinesPreviewAnswer(affected=found.affected, by_office=dict(found.by_office))
