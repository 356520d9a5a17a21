"""PostgreSQL's data folder: made by initdb, and owned by the account that the server runs as.

Started by root, initdb runs as `nobody`, because it needs an account with a name, and the server as an account that no
other process has. So nobody else reaches the files: not while initdb makes them, in a folder that only root enters, nor
later.
"""

import os
import shutil
from pathlib import Path

import psutil

from embedded.accounts import CAN_REACH_EVERYTHING, Account, account_for_initdb, unprivileged_account
from embedded.binaries import postgres_program
from embedded.managed_process import ManagedProcess
from embedded.problems import StartProblem

SUPERUSER = "postgres"
# A clean environment: variables such as PGDATA or LC_ALL of the caller must not reach the server.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
IN_USE = "PostgreSQL's data folder is still in use by a server of an earlier run"


def hand_over(folder: Path, account: Account | None) -> None:
    """Create an empty folder, private to this account."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)


async def make_cluster(cluster: Path, account: Account | None, *, log: Path, durable: bool) -> int:
    """Run initdb in a temporary folder and move the result, so that an interrupted initdb is repeated.

    Returns initdb's exit code.
    """
    temporary = cluster.with_name(f"{cluster.name}.unfinished")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(mode=0o700 if account is None or CAN_REACH_EVERYTHING else 0o711)
    unfinished, maker = temporary / "cluster", account_for_initdb()
    hand_over(unfinished, maker)
    initdb = await ManagedProcess.start(
        [
            *(postgres_program("initdb"), "-D", unfinished, "-U", SUPERUSER, "--encoding=UTF8"),
            *("--auth-local=reject", "--auth-host=reject", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *(() if durable else ("--no-sync",)),
        ],
        log=log,
        account=maker,
        environment=ENVIRONMENT,
        folder=Path("/"),
    )
    try:
        code = await initdb.wait()
    finally:
        await initdb.kill_with_helpers()
    if code == 0:
        take_over(unfinished, account)
        unfinished.rename(cluster)
        temporary.rmdir()
    return code


def take_over(cluster: Path, account: Account | None) -> None:
    """Give the server's account what belongs to `nobody`: new clusters, and those of earlier versions.

    What belongs to others stays theirs, and links are not followed. Raises `StartProblem` while a server of an earlier
    version, whose parent was killed, still works there.
    """
    if account is None:
        return
    former = unprivileged_account(reach_everything=False).uid
    if cluster.stat().st_uid == former:
        if _is_in_use(cluster):
            raise StartProblem(IN_USE)
        # First of all nobody else may enter any more.
        os.chown(cluster, account.uid, account.gid)
    for _, folders, files, folder in os.fwalk(cluster):
        for name in (*folders, *files):
            if os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid == former:
                os.chown(name, account.uid, account.gid, dir_fd=folder, follow_symlinks=False)


def _is_in_use(cluster: Path) -> bool:
    """Whether a server works in the folder, which is then its working directory."""
    servers, here = (process.info for process in psutil.process_iter(["name", "cwd"])), str(cluster.resolve())
    return any(server["name"] == "postgres" and server["cwd"] == here for server in servers)
