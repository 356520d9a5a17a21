"""Ids of requests that act on a preselection: they grow with time."""

import secrets
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 80
_VERSION_PLACE, _VERSION_7 = 76, 0b0111
_VARIANT_PLACE, _VARIANT = 62, 0b10


def time_ordered_id(at: datetime) -> UUID:
    """A new UUID of version 7 (RFC 9562): the milliseconds of `at`, and 74 random bits.

    A decision is kept under its request's id for a month. New ids follow each other, so they share the last page of a
    large index, where random ones change a page each.
    """
    milliseconds = int(at.timestamp() * 1000)
    number = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    number = number & ~(0b1111 << _VERSION_PLACE) | _VERSION_7 << _VERSION_PLACE
    return UUID(int=number & ~(0b11 << _VARIANT_PLACE) | _VARIANT << _VARIANT_PLACE)
