"""The Redis keys of one prefix's index, and how moments are written there.

All keys of a prefix share its hash tag, so that a cluster keeps them together and scripts may use them all.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, as scores and arguments of scripts are written."""
    return (moment - _EPOCH) // _MILLISECOND


def moment_at(value: int) -> datetime:
    """The inverse of `milliseconds`."""
    return _EPOCH + value * _MILLISECOND


def key(prefix: str, name: str) -> str:
    return f"pool:{{{prefix}}}:{name}"


def index_keys(prefix: str) -> list[str]:
    """The keys that every script of the index is given, in the order of `lua/common.lua`."""
    names = ("free", "moments", "version", "openings", "journal", "scratch", "scratch_2")
    return [key(prefix, name) for name in names]


def lock_key(prefix: str) -> str:
    return key(prefix, "lock")
