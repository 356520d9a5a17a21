"""People's affairs: what waits for a second operator, bans by identity document, and SMS that are sent again."""

from uuid import UUID

from api.auditors.schemas import UnconfirmedAnswer
from api.auditors.unconfirmed import unconfirmed_answer
from api.auth.looks import note_look
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read, responses_of_write
from api.http.secured_route import area
from api.operators.affair_schemas import BanSearchBody, ResendBody
from api.operators.commands import ban_item, operator_command, sms_item
from api.operators.response_schemas import BanPage, TextItem
from operations.resending import send_again

router = area("/operations", tags=["operations"])


@router.get("/unconfirmed", responses=responses_of_read())
async def list_unconfirmed(context: CurrentContext) -> UnconfirmedAnswer:
    """All commands that wait for a second operator."""
    return await unconfirmed_answer(context)


@router.post("/blacklist/search", responses=responses_of_write())
async def search_bans(context: CurrentContext, body: BanSearchBody) -> BanPage:
    """The bans of one person or organisation, newest first; the number must not be in a URL."""
    party = context.repositories.hashes.party(body.id_number.strip())
    found = await context.repositories.bans.of_party(party)
    await note_look(context, "look_blacklist", by="id_number", shown=[str(entry.id) for entry in found])
    return BanPage(items=[ban_item(entry) for entry in found], next=None)


@router.post("/texts/resending", status_code=202, responses=responses_of_write("not_found"))
async def send_text_again(context: CurrentContext, body: ResendBody) -> TextItem:
    """Send an SMS again that was given up or whose delivery failed. It is sent only if it is still true."""
    command = await operator_command(context, body.reason)
    found = await send_again(context.app.operations, command, UUID(body.preselection_id), body.purpose)
    return sms_item(found)
