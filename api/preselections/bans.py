"""Bans of callers (R-41), from the instant at which a deadline is missed."""

from datetime import datetime

from api.http.request_context import RequestContext
from domain.calendar import ban_end
from domain.errors import Blacklisted


async def find_ban_end(context: RequestContext) -> datetime | None:
    """The end of the caller's ban, or None.

    The row of a ban is written shortly after the deadline, or later if no worker was running: until then the caller's
    missed deadline counts.
    """
    blacklist, party, now = context.repositories.bans, context.caller.party_hash, context.now()
    missed = await context.repositories.reservations.missed_deadlines(party, now)
    ends = dict[datetime, datetime]()
    for each in missed:
        if (end := ban_end(each.deadline, each.policy)) > now:
            ends[each.deadline] = max(end, ends.get(each.deadline, end))
    if ends and (unwritten := await blacklist.find_unwritten_end(party, ends)):
        return unwritten
    # Read last, so that a ban that is being written meanwhile is not missed.
    return await blacklist.find_ban_end(party, now)


async def require_no_ban(context: RequestContext) -> None:
    """Raises `Blacklisted`."""
    if until := await find_ban_end(context):
        raise Blacklisted(until)
