"""Bans of callers (R-41), from the instant at which a deadline is missed."""

from collections.abc import Mapping
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
    missed = await _list_missed_deadlines(context)
    if missed and (unwritten := await blacklist.find_unwritten_end(party, missed)):
        return unwritten
    # Read last, so that a ban that is being written meanwhile is not missed.
    return await blacklist.find_ban_end(party, context.now())


async def require_no_ban(context: RequestContext) -> None:
    """Raises `Blacklisted`."""
    if until := await find_ban_end(context):
        raise Blacklisted(until)


async def _list_missed_deadlines(context: RequestContext) -> Mapping[datetime, datetime]:
    """The caller's missed deadlines, and the end of the ban that each leads to, if it has not ended."""
    now, ends = context.now(), dict[datetime, datetime]()
    for row in await list_own(context):
        state = state_of(row, now)
        if (
            state.stage is Stage.OVERDUE
            and state.reservation
            and row.party_hash in candidate_hashes(context.caller.party_hash)
        ):
            deadline = state.reservation.deadline
            ends[deadline] = max(ban_end(deadline, row.rules), ends.get(deadline, now))
    return {deadline: end for deadline, end in ends.items() if end > now}
