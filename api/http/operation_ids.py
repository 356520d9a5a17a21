"""Ids of requests that act on a preselection: they grow with time."""

from datetime import datetime
from uuid import UUID, uuid4

_INSTANT_PLACE, _VERSION_PLACE, _VERSION = 80, 76, 7


def time_ordered_id(at: datetime) -> UUID:
    """A new UUID of version 7 (RFC 9562): the milliseconds of `at`, and 74 random bits.

    A decision is kept under its request's id for a month. New ids follow each other, so they share the last page of a
    large index, where random ones change a page each.
    """
    milliseconds = int(at.timestamp() * 1000)
    # The last bits of a random one, with its variant.
    rest = uuid4().int & ((1 << _VERSION_PLACE) - 1)
    return UUID(int=milliseconds << _INSTANT_PLACE | _VERSION << _VERSION_PLACE | rest)
