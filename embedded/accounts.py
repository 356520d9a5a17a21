"""The account that a server runs as. PostgreSQL refuses to run as root; everything else uses our own account."""

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from embedded.problems import StartProblem

UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Another user to run as; `reach_everything` lets it enter folders that only root may enter."""

    uid: int
    gid: int
    reach_everything: bool


def account_for_postgres(*paths: Path) -> Account | None:
    """None if our own account can run it; as root an unprivileged account that can reach all these paths."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise StartProblem(
            f"PostgreSQL can't run as root, and this machine has no user {UNPRIVILEGED}; run as another user"
        ) from None
    closed = next((path for path in paths if not _reachable(path)), None)
    if closed is not None and sys.platform != "linux":
        raise StartProblem(f"PostgreSQL can't run as root, and the user {UNPRIVILEGED} can't enter {closed}")
    return Account(entry.pw_uid, entry.pw_gid, reach_everything=closed is not None)


def _reachable(path: Path) -> bool:
    """Whether every user may enter all parent folders, and use the path itself."""
    if not all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents):
        return False
    return not path.is_file() or path.stat().st_mode & (stat.S_IXOTH | stat.S_IROTH) == stat.S_IXOTH | stat.S_IROTH
