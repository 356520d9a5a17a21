"""Search for a vehicle's workflow, and the audit."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.auth.looks import note_look
from api.http.request_context import CurrentContext, RequestContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.http.validation import invalid_field
from api.operators.commands import audit_item, workflow_item
from api.operators.request_schemas import AuditQuery, WorkflowBody, WorkflowQuery
from api.operators.response_schemas import AuditList, WorkflowList
from operations import finding
from storage.audit.staff_activity import Period

router = area("/operations", tags=["operations"])

_LAST_DAY = timedelta(days=1)


@router.get("/workflows", responses=responses_of_read("validation_failed", "number_malformed"))
async def find_workflows(context: CurrentContext, query: Annotated[WorkflowQuery, Query()]) -> WorkflowList:
    """The workflows of a plate or of a preselection, with their URLs in Temporal's UI, newest first."""
    return await _find(context, plate=query.plate, preselection_id=query.preselection_id)


@router.post("/workflows/search", responses=responses_of_write("number_malformed", "vin_invalid"))
async def search_workflows(context: CurrentContext, body: WorkflowBody) -> WorkflowList:
    """The same, and also by VIN, which must not be in a URL."""
    return await _find(context, vin=body.vin, plate=body.plate, preselection_id=body.preselection_id)


async def _find(
    context: RequestContext, *, vin: str | None = None, plate: str | None = None, preselection_id: str | None = None
) -> WorkflowList:
    operations, now = context.app.operations, context.now()
    if [vin, plate, preselection_id].count(None) != 2:  # noqa: PLR2004 -- exactly one of the three is given.
        raise invalid_field("plate", "choice")
    if vin is not None:
        found = await finding.find_by_vin(operations, vin, now)
    elif plate is not None:
        found = await finding.find_by_plate(operations, plate, now)
    else:
        found = await finding.find_by_id(operations, UUID(preselection_id), now)
    by = "vin" if vin is not None else "plate" if plate is not None else "preselection_id"
    shown = [str(each.preselection_id) for each in found]
    await note_look(context, "look_workflows", by=by, plate=plate, shown=shown)
    return WorkflowList(items=[workflow_item(each) for each in found])


@router.get("/audit", responses=responses_of_read("validation_failed"))
async def list_audit(context: CurrentContext, query: Annotated[AuditQuery, Query()]) -> AuditList:
    """The acts that changed a plate, a chance or the blacklist, oldest first."""
    if query.preselection_id:
        await note_look(context, "look_workflows", by="audit", shown=[query.preselection_id])
    period = Period.of_list(query.since, query.until, now=context.now(), length=_LAST_DAY)
    entries = await context.repositories.audit_trail.between(
        period.since,
        period.until,
        actor=query.actor,
        action=query.action,
        preselection_id=UUID(query.preselection_id) if query.preselection_id else None,
        limit=query.limit,
    )
    return AuditList(items=[audit_item(entry) for entry in entries])
