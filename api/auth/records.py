"""Loads the record in a path, if the caller has access to it; another person's record is 404."""

import re
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import structlog

from api.auth.policy import Record
from api.http.request_context import RequestContext
from domain.errors import NotFound, OwnAffair
from domain.parties import PartyKind
from storage.crypto.keyed_hash import candidate_hashes
from storage.preselections.rows import PreselectionRow

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_CODE = 32


def id_in(text: str) -> UUID:
    """The id in its canonical form. Raises `NotFound` for anything else."""
    if not _ID.fullmatch(text.lower()):
        raise NotFound
    return UUID(text)


async def load_own_preselection(context: RequestContext, text: str) -> None:
    """The caller's preselection, from its row."""
    row = await context.repositories.preselections.get(id_in(text))
    if row is None or not (is_of_account(context, row) or _is_of_organisation(context, row)):
        raise NotFound
    context.preselection = row
    structlog.contextvars.bind_contextvars(preselection_id=str(row.id), office=row.office_code)


def is_of_account(context: RequestContext, row: PreselectionRow) -> bool:
    """Whether this account acts for the preselection; for an organisation, the agent who acted last."""
    return row.owner_hash in candidate_hashes(context.caller.owner_hash)


def _is_of_organisation(context: RequestContext, row: PreselectionRow) -> bool:
    organisation = context.caller.organisation_hash
    return (
        organisation is not None
        and row.party_kind == PartyKind.ORGANISATION
        and row.party_hash in candidate_hashes(organisation)
    )


async def load_keyboard_preselection(context: RequestContext, text: str) -> None:
    """The caller's preselection; the call is counted at the same time, if its limit is known."""
    preselection_id = str(id_in(text))
    context.count = context.app.call_counts.begin_keyboard(preselection_id, context.caller.owner_hash, context.now())
    await load_own_preselection(context, text)


async def load_office(context: RequestContext, code: str) -> None:
    context.office = await context.app.directory.get(code[:_LONGEST_CODE])
    structlog.contextvars.bind_contextvars(office=context.office.code)


async def load_desk_reservation(context: RequestContext, text: str) -> None:
    """A reservation of the clerk's office, at any stage, that concerns neither the clerk nor their organisation."""
    row = await context.repositories.preselections.get(id_in(text))
    if row is None or row.plate is None or row.office_code != context.caller.claims.office:
        raise NotFound
    if await context.repositories.staff_persons.has_preselection(row.id, context.caller.staff_person):
        raise OwnAffair
    context.preselection = row
    structlog.contextvars.bind_contextvars(preselection_id=str(row.id), office=row.office_code)


async def require_ban(context: RequestContext, text: str) -> None:
    """A ban of anybody but the operator and their organisation."""
    if await context.repositories.bans.get(id_in(text)) is None:
        raise NotFound
    if await context.repositories.staff_persons.has_ban(id_in(text), context.caller.staff_person):
        raise OwnAffair


async def require_withholding(context: RequestContext, text: str) -> None:
    if await context.repositories.withheld.get(id_in(text)) is None:
        raise NotFound


async def require_appeal(context: RequestContext, text: str) -> None:
    """An appeal against a ban of anybody but the operator and their organisation."""
    appeal = await context.repositories.appeals.get(id_in(text))
    if appeal is None:
        raise NotFound
    if await context.repositories.staff_persons.has_ban(appeal.ban_id, context.caller.staff_person):
        raise OwnAffair


Loader = Callable[[RequestContext, str], Awaitable[None]]
LOADERS: Mapping[Record, tuple[str, Loader]] = {
    Record.OWN_PRESELECTION: ("preselection_id", load_own_preselection),
    Record.OWN_KEYBOARD: ("preselection_id", load_keyboard_preselection),
    Record.OFFICE: ("code", load_office),
    Record.DESK_RESERVATION: ("preselection_id", load_desk_reservation),
    Record.BAN: ("entry_id", require_ban),
    Record.APPEAL: ("appeal_id", require_appeal),
    Record.WITHHOLDING: ("withholding_id", require_withholding),
}
