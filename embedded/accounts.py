"""The account that a server runs as. PostgreSQL refuses to run as root; everything else uses our own account."""

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from embedded.problems import StartProblem

CAN_REACH_EVERYTHING = sys.platform == "linux"

UNPRIVILEGED = "nobody"
"""A user with few rights, whom other programs of the machine may run as too."""

OWN_UIDS = range(60578, 61184)
"""Linux systems give these to neither users nor services nor containers (systemd, «Users, Groups, UIDs»)."""


@dataclass(frozen=True, slots=True)
class Account:
    """Another user to run as; `reach_everything` lets it enter folders that only root may enter."""

    uid: int
    gid: int
    reach_everything: bool


def account_for_postgres(*paths: Path) -> Account | None:
    """None if our own account can run it; as root an account that no other process has, which can reach all the paths.

    The account has no name: the server needs none.
    """
    if os.geteuid() != 0:
        return None
    uid = next(uid for uid in OWN_UIDS if not _has_name(uid))
    closed = next((path for path in paths if not _reachable(path)), None)
    if closed is not None and not CAN_REACH_EVERYTHING:
        raise StartProblem(f"PostgreSQL can't run as root, and no other user can enter {closed}")
    return Account(uid, uid, reach_everything=closed is not None)


def account_for_initdb() -> Account | None:
    """As `account_for_postgres`, but initdb refuses an account without a name, so it is `nobody`.

    Where possible it reaches everything, so that it can work in a folder that only root may enter.
    """
    return unprivileged_account(reach_everything=CAN_REACH_EVERYTHING) if os.geteuid() == 0 else None


def unprivileged_account(*, reach_everything: bool) -> Account:
    """The account of `nobody`. Raises `StartProblem` where there is none."""
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise StartProblem(
            f"PostgreSQL can't run as root, and this machine has no user {UNPRIVILEGED}; run as another user"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, reach_everything)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _reachable(path: Path) -> bool:
    """Whether every user may enter all parent folders, and use the path itself."""
    if not all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents):
        return False
    return not path.is_file() or path.stat().st_mode & (stat.S_IXOTH | stat.S_IROTH) == stat.S_IXOTH | stat.S_IROTH
