"""The Redis keys of one prefix's index.

All keys of a prefix have its hash tag, so that a cluster stores them together and scripts can use them all.
"""


def key(prefix: str, name: str) -> str:
    return f"pool:{{{prefix}}}:{name}"


def index_keys(prefix: str) -> list[str]:
    """The keys of every script of the index, in the order of `lua/common.lua`."""
    # Processes of an earlier release share the index, so the set of instants keeps its key.
    names = ("free", "moments", "version", "openings", "journal", "scratch", "scratch_2", "log", "log_state")
    return [key(prefix, name) for name in names]


def lock_key(prefix: str) -> str:
    return key(prefix, "lock")
