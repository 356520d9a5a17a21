"""The delivery of automatic SMS."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.auth.looks import note_look
from api.http.cursors import cursor_of, place_in
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.secured_route import area
from api.operators.commands import sms_item
from api.operators.request_schemas import TextQuery
from api.operators.response_schemas import TextPage
from operations.sms_status import sms_of, sms_page

router = area("/operations", tags=["operations"])


@router.get("/texts", responses=responses_of_read("validation_failed"))
async def list_texts(context: CurrentContext, query: Annotated[TextQuery, Query()]) -> TextPage:
    """The SMS that were not delivered, newest first; or those in a state; or all of one preselection."""
    operations, now = context.app.operations, context.now()
    await note_look(context, "look_sms", preselection=query.preselection_id, state=query.state)
    if query.preselection_id:
        found = await sms_of(operations, UUID(query.preselection_id), now)
        return TextPage(items=[sms_item(each) for each in found], next=None)
    found = await sms_page(operations, now, state=query.state, limit=query.limit, before=place_in(query.cursor))
    last = found[-1] if len(found) == query.limit else None
    return TextPage(
        items=[sms_item(each) for each in found],
        next=cursor_of((last.ordered_at, last.preselection_id)) if last else None,
    )
