"""The blacklist for operators."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from api.auth.looks import note_look
from api.auth.records import id_in
from api.desk.schemas import ReasonBody
from api.http.cursors import cursor_of, place_in
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.operators.commands import ban_item, operator_command
from api.operators.request_schemas import BanQuery
from api.operators.response_schemas import BanItem, BanPage
from operations import bans

router = area("/operations/blacklist", tags=["operations"])
EntryId = Annotated[str, Path(json_schema_extra={"format": "uuid"})]


@router.get("", responses=responses_of_read("validation_failed"))
async def list_bans(context: CurrentContext, query: Annotated[BanQuery, Query()]) -> BanPage:
    """All bans, including released ones, newest first; or the early releases that wait for a second operator."""
    repository = context.repositories.bans
    await note_look(context, "look_blacklist", preselection=query.preselection_id, unconfirmed=query.unconfirmed)
    if query.unconfirmed:
        return BanPage(
            items=[ban_item(entry) for entry in await repository.unconfirmed_releases(limit=query.limit)], next=None
        )
    wanted = UUID(query.preselection_id) if query.preselection_id else None
    entries = await repository.page(preselection_id=wanted, limit=query.limit, before=place_in(query.cursor))
    following = cursor_of(entries[-1].place) if len(entries) == query.limit else None
    return BanPage(items=[ban_item(entry) for entry in entries], next=following)


@router.post("/{entry_id}/release", responses=responses_of_write("own_affair", "not_found", "already_released"))
async def release_ban(context: CurrentContext, entry_id: EntryId, body: ReasonBody) -> BanItem:
    """Release a ban early, with effect at once; a second operator confirms it afterwards."""
    command = await operator_command(context, body.reason)
    return ban_item(await bans.release_ban(context.app.operations, id_in(entry_id), command))


@router.post(
    "/{entry_id}/confirmation",
    responses=responses_of_write("own_affair", "not_found", "nothing_to_confirm", "second_operator_needed"),
)
async def confirm_ban_release(context: CurrentContext, entry_id: EntryId) -> BanItem:
    """Confirm an early release as a second operator."""
    command = await operator_command(context)
    return ban_item(await bans.confirm_ban_release(context.app.operations, id_in(entry_id), command))
