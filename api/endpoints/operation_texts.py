"""What became of the SMS that follow by themselves."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.cursors import cursor_of, place_in
from api.guard import area
from api.operation_answers import TextPage
from api.operation_bodies import TextQuery
from api.operator_wishes import text_item
from api.responses import reading
from api.visits import CurrentVisit
from operations.telling import texts_of, texts_page

router = area("/operations", tags=["operations"])


@router.get("/texts", responses=reading("validation_failed"))
async def list_texts(visit: CurrentVisit, query: Annotated[TextQuery, Query()]) -> TextPage:
    """The SMS that nobody has received, newest first; or those in a state; or all about one preselection."""
    parts, now = visit.parts.operations, visit.now()
    if query.preselection_id:
        found = await texts_of(parts, UUID(query.preselection_id), now)
        return TextPage(items=[text_item(each) for each in found], next=None)
    found = await texts_page(parts, now, state=query.state, limit=query.limit, before=place_in(query.cursor))
    last = found[-1] if len(found) == query.limit else None
    return TextPage(
        items=[text_item(each) for each in found],
        next=cursor_of((last.ordered_at, last.preselection_id)) if last else None,
    )
