"""Several agents of one organisation: each may go on with what another began, one at a time."""

from datetime import datetime

from api.auth.records import is_of_account
from api.http.request_context import RequestContext
from api.preselections.handovers import report_handover
from api.preselections.views import state_of
from domain.errors import NotFound, OutcomeUnknown
from domain.parties import PartyKind
from domain.preselection.sessions import SessionHeld, held_until
from storage.preselections.rows import PreselectionRow

_TRIES = 3


async def list_own(context: RequestContext) -> list[PreselectionRow]:
    """The party's preselections, newest first: an agent's are those of the whole organisation."""
    return await context.repositories.preselections.list_of(context.caller.owner_hash, context.caller.organisation_hash)


def held_by_other_until(context: RequestContext, row: PreselectionRow) -> datetime | None:
    """The end of another agent's live session, if nothing more is done in it; None if there is none."""
    if is_of_account(context, row):
        return None
    return held_until(state_of(row, context.now()), context.now())


def refuse_while_held(context: RequestContext) -> None:
    """Raises `SessionHeld` while another agent's session of the request's preselection is live."""
    if until := held_by_other_until(context, context.preselection):
        raise SessionHeld(until)


async def note_agent(context: RequestContext) -> None:
    """Count the caller as one who has acted for the request's preselection, which stays with the agent who has it.

    Also the agent who has it, who may have taken it over before agents were noted.
    """
    row, person_id = context.preselection, context.caller.claims.id_number
    if person_id and row.party_kind == PartyKind.ORGANISATION:
        await context.repositories.preselections.note_agent(row, person_id)


async def take_over(context: RequestContext) -> None:
    """Make the caller the one who acts for the request's preselection, and whose phone gets its SMS.

    Raises `SessionHeld` while another agent's session is live.
    """
    for _ in range(_TRIES):
        row = context.preselection
        if is_of_account(context, row):
            await note_agent(context)
            return
        refuse_while_held(context)
        caller = context.caller
        if await context.repositories.preselections.hand_over(
            row, owner=caller.owner, phone=caller.phone, person_id=caller.claims.id_number
        ):
            await report_handover(context, row)
        current = await context.repositories.preselections.get(row.id)
        if current is None:
            raise NotFound
        context.preselection = current
    # Other agents act at the same instant again and again.
    raise OutcomeUnknown
