"""Bans of callers (R-41), from the instant at which a deadline is missed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from api.http.request_context import Visit
from api.preselections.views import policy_in, state_of
from domain.calendar import ban_end
from domain.errors import Blacklisted, Refusal
from domain.preselection.values import Stage
from storage.crypto.keyed_hash import candidate_hashes


async def banned_until(visit: Visit) -> datetime | None:
    """The end of the caller's ban, or None.

    The row of a ban is written shortly after the deadline, or later if no worker was running: until then the caller's
    missed deadline counts.
    """
    bans, party = visit.parts.bans, visit.caller.party_hash
    missed = await _missed_until(visit)
    if missed and not await bans.has_recorded(party, missed):
        return missed
    # Read last, so that a ban that is being written meanwhile is not missed.
    return await bans.banned_until(party, visit.now())


async def require_no_ban(visit: Visit) -> None:
    """Raises `Blacklisted`."""
    if until := await banned_until(visit):
        raise Blacklisted(until)


@asynccontextmanager
async def ban_told_first(visit: Visit) -> AsyncIterator[None]:
    """For a banned caller, raise `Blacklisted` instead of refusals that follow from the ban, such as expired holds."""
    try:
        yield
    except Refusal as refusal:
        if until := await banned_until(visit):
            raise Blacklisted(until) from refusal
        raise


async def _missed_until(visit: Visit) -> datetime | None:
    """The end of the ban that the caller's missed deadlines lead to, if it has not ended."""
    now, ends = visit.now(), []
    for row in await visit.parts.preselections.list_of(visit.caller.owner_hash):
        state = state_of(row, now)
        if (
            state.stage is Stage.OVERDUE
            and state.reservation
            and row.party_hash in candidate_hashes(visit.caller.party_hash)
        ):
            ends.append(ban_end(state.reservation.deadline, policy_in(row)))
    return max((end for end in ends if end > now), default=None)
