"""Bans of callers (R-41), from the instant at which a deadline is missed."""

from datetime import datetime

from api.http.request_context import RequestContext
from api.preselections.session_holders import list_own
from api.preselections.views import state_of
from domain.calendar import ban_end
from domain.errors import Blacklisted
from domain.preselection.values import Stage
from storage.crypto.keyed_hash import candidate_hashes


async def find_ban_end(context: RequestContext) -> datetime | None:
    """The end of the caller's ban, or None.

    The row of a ban is written shortly after the deadline, or later if no worker was running: until then the caller's
    missed deadline counts.
    """
    blacklist, party = context.repositories.bans, context.caller.party_hash
    missed = await _find_missed_ban_end(context)
    if missed and not await blacklist.has_recorded(party, missed):
        return missed
    # Read last, so that a ban that is being written meanwhile is not missed.
    return await blacklist.find_ban_end(party, context.now())


async def require_no_ban(context: RequestContext) -> None:
    """Raises `Blacklisted`."""
    if until := await find_ban_end(context):
        raise Blacklisted(until)


async def _find_missed_ban_end(context: RequestContext) -> datetime | None:
    """The end of the ban that the caller's missed deadlines lead to, if it has not ended."""
    now, ends = context.now(), []
    for row in await list_own(context):
        state = state_of(row, now)
        if (
            state.stage is Stage.OVERDUE
            and state.reservation
            and row.party_hash in candidate_hashes(context.caller.party_hash)
        ):
            ends.append(ban_end(state.reservation.deadline, row.rules))
    return max((end for end in ends if end > now), default=None)
