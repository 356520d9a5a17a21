"""Appeals against bans for operators: one decides, another one confirms, and nobody their own affair."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any

from fastapi import Body, Path, Query
from starlette.responses import Response

from api.auth.looks import note_look
from api.auth.records import id_in
from api.http.cursors import cursor_of, place_in
from api.http.request_context import CurrentContext
from api.http.responses import Responses, responses_of_read, responses_of_write
from api.http.secured_route import BASE, area
from api.operators.appeal_schemas import (
    AppealItem,
    AppealPage,
    AppealQuery,
    AttachmentItem,
    DecisionBody,
    DecisionConfirmationBody,
)
from api.operators.commands import operator_command, plain
from domain.errors import NotFound
from operations.appeals import confirm_decision, decide_appeal
from storage.appeals.repository import OPEN, AppealEntry

router = area("/operations/appeals", tags=["operations"])
AppealId = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
_MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
_AS_SEEN = DecisionConfirmationBody()
_FILE = {"type": "string", "format": "binary"}
_FILES: Responses = {200: {"content": {media: {"schema": _FILE} for media in _MEDIA_TYPES.values()}}}


@router.get("", responses=responses_of_read("validation_failed"))
async def list_appeals(context: CurrentContext, query: Annotated[AppealQuery, Query()]) -> AppealPage:
    """All appeals, newest first, or those in one state."""
    await note_look(context, "look_appeals", state=query.state)
    found = await context.repositories.appeals.page(state=query.state, limit=query.limit, before=place_in(query.cursor))
    following = cursor_of(found[-1].place) if len(found) == query.limit else None
    return AppealPage(items=[appeal_item(entry, context.now()) for entry in found], next=following)


@router.get(
    "/{appeal_id}/attachment",
    response_class=Response,
    responses=_FILES | responses_of_read("own_affair", "not_found"),
)
async def read_attachment(context: CurrentContext, appeal_id: AppealId) -> Response:
    """The file that the person has attached; it is deleted 90 days after the decision."""
    await note_look(context, "look_appeals", appeal=appeal_id)
    file = await context.repositories.appeals.attachment(id_in(appeal_id))
    if file is None:
        raise NotFound
    # The name is the person's, so it is no part of a header.
    headers = {"Content-Disposition": f'attachment; filename="appeal.{file.kind}"'}
    return Response(b64decode(file.content), headers=headers, media_type=_MEDIA_TYPES[file.kind])


@router.post("/{appeal_id}/decision", responses=responses_of_write("own_affair", "not_found", "nothing_to_confirm"))
async def decide(context: CurrentContext, appeal_id: AppealId, body: DecisionBody) -> AppealItem:
    """Decide an open appeal; it has no effect until a second operator confirms it."""
    command = await operator_command(context, body.reason)
    entry = await decide_appeal(context.app.operations, id_in(appeal_id), command, body.decision)
    return appeal_item(entry, context.now())


@router.post(
    "/{appeal_id}/confirmation",
    responses=responses_of_write("own_affair", "not_found", "nothing_to_confirm", "second_operator_needed"),
)
async def confirm_appeal(
    context: CurrentContext, appeal_id: AppealId, body: Annotated[DecisionConfirmationBody, Body()] = _AS_SEEN
) -> AppealItem:
    """Confirm a decision as a second operator: a granted appeal ends the ban, and the person gets an SMS."""
    command = await operator_command(context)
    entry = await confirm_decision(context.app.operations, id_in(appeal_id), command, body.decision)
    return appeal_item(entry, context.now())


def appeal_item(entry: AppealEntry, now: datetime) -> AppealItem:
    values: dict[str, Any] = plain(vars(entry))
    name, kind, size = (values.pop(f"attachment_{part}") for part in ("name", "kind", "size"))
    href = f"{BASE}/operations/appeals/{entry.id}/attachment"
    values.pop("late_at")
    return AppealItem(
        entry_id=values.pop("ban_id"),
        late=entry.state == OPEN and entry.decide_by <= now,
        attachment=AttachmentItem(name=name, kind=kind, size=size, href=href) if kind else None,
        **values,
    )
