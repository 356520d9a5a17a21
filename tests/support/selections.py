"""Applicants at 预选号牌, over REST."""

import asyncio

from domain.instants import parse_instant
from storage.offices.offices import Office
from tests.support.applicants import Selection
from tests.support.country import Country


async def reach_selection(country: Country, *templates: str, **policy: str) -> tuple[Office, Selection]:
    office, buyer = await country.office(*templates, **policy), country.applicant()
    return office, await buyer.reach_selection(country.car(buyer, office))


async def until_after(instant: str, country: Country) -> None:
    """Wait for a countdown of at most a few seconds to end."""
    remaining = parse_instant(instant) - country.stack.context.clock()
    await asyncio.sleep(max(remaining.total_seconds(), 0) + 0.01)
