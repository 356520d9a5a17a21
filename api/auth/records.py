"""Loads the record in a path, if the caller has access to it; another person's record is 404."""

import re
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import structlog

from api.auth.policy import Record
from api.http.request_context import Visit
from domain.errors import NotFound
from storage.crypto.keyed_hash import candidate_hashes

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_CODE = 32


def id_in(text: str) -> UUID:
    """The id in its canonical form. Raises `NotFound` for anything else."""
    if not _ID.fullmatch(text.lower()):
        raise NotFound
    return UUID(text)


async def own_preselection(visit: Visit, text: str) -> None:
    """The caller's preselection, from its row."""
    row = await visit.parts.preselections.get(id_in(text))
    if row is None or row.owner_hash not in candidate_hashes(visit.caller.owner_hash):
        raise NotFound
    visit.row = row
    structlog.contextvars.bind_contextvars(preselection_id=str(row.id), office=row.office_code)


async def own_keyboard(visit: Visit, text: str) -> None:
    """The caller's preselection; the call is counted at the same time, if its limit is known."""
    preselection_id = str(id_in(text))
    visit.count = visit.parts.call_counts.begin_keyboard(preselection_id, visit.caller.owner_hash, visit.now())
    await own_preselection(visit, text)


async def office(visit: Visit, code: str) -> None:
    visit.place = await visit.parts.directory.get(code[:_LONGEST_CODE])
    structlog.contextvars.bind_contextvars(office=visit.place.code)


async def desk_reservation(visit: Visit, text: str) -> None:
    """A reservation of the clerk's office, at any stage."""
    row = await visit.parts.preselections.get(id_in(text))
    if row is None or row.plate is None or row.office_code != visit.caller.claims.office:
        raise NotFound
    visit.row = row
    structlog.contextvars.bind_contextvars(preselection_id=str(row.id), office=row.office_code)


async def ban(visit: Visit, text: str) -> None:
    if await visit.parts.operations.bans.get(id_in(text)) is None:
        raise NotFound


async def withholding(visit: Visit, text: str) -> None:
    if await visit.parts.operations.withheld.get(id_in(text)) is None:
        raise NotFound


Loader = Callable[[Visit, str], Awaitable[None]]
LOADERS: Mapping[Record, tuple[str, Loader]] = {
    Record.OWN_PRESELECTION: ("preselection_id", own_preselection),
    Record.OWN_KEYBOARD: ("preselection_id", own_keyboard),
    Record.OFFICE: ("code", office),
    Record.DESK_RESERVATION: ("preselection_id", desk_reservation),
    Record.BAN: ("entry_id", ban),
    Record.WITHHOLDING: ("withholding_id", withholding),
}


async def load(visit: Visit, record: Record, path: Mapping[str, str]) -> None:
    """Put the record that the path names into the visit."""
    if record is not Record.NONE:
        parameter, loader = LOADERS[record]
        await loader(visit, path[parameter])
