"""The Redis keys of one prefix's index, and the format of instants in them.

All keys of a prefix have its hash tag, so that a cluster stores them together and scripts can use them all.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970, the format of scores and script arguments."""
    return (instant - _EPOCH) // _MILLISECOND


def instant_at(value: int) -> datetime:
    """The inverse of `milliseconds`."""
    return _EPOCH + value * _MILLISECOND


def key(prefix: str, name: str) -> str:
    return f"pool:{{{prefix}}}:{name}"


def index_keys(prefix: str) -> list[str]:
    """The keys of every script of the index, in the order of `lua/common.lua`."""
    names = ("free", "moments", "version", "openings", "journal", "scratch", "scratch_2")
    return [key(prefix, name) for name in names]


def lock_key(prefix: str) -> str:
    return key(prefix, "lock")
