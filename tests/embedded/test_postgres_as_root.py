"""Started by root, the embedded PostgreSQL shares its account with no other process of the machine."""

import os
import pwd
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from embedded.accounts import OWN_UIDS, unprivileged_account
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.postgres import Postgres
from embedded.postgres_cluster import IN_USE, take_over
from embedded.problems import StartProblem

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="Another user's PostgreSQL runs as that user."),
]

ATTEMPTS = (
    'ls "{cluster}"',
    'cat "{cluster}/PG_VERSION"',
    'cat "{cluster}/pg_hba.conf"',
    'echo "local all all trust" > "{cluster}/pg_hba.conf"',
    'ls "{sockets}"',
    "kill -0 {pid}",
    "cat /proc/{pid}/environ",
    "ls /proc/{pid}/cwd/",
)


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    """A data folder that everybody reaches, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="xuanhao-root-") as parent:
        Path(parent).chmod(0o711)
        folder = DataFolder(Path(parent, "data"))
        with folder.lock():
            yield folder


@pytest.fixture
async def server(folder: DataFolder) -> AsyncIterator[Postgres]:
    server = Postgres(folder, durable=False)
    await server.bring_up()
    yield server
    await server.stop()


def owners(cluster: Path) -> set[int]:
    return {path.lstat().st_uid for path in (cluster, *cluster.rglob("*"))}


async def as_nobody(command: str, log: Path) -> int:
    """The exit code of a shell of `nobody`, who is let in nowhere."""
    nobody = unprivileged_account(reach_everything=False)
    words = ("/bin/sh", "-c", command)
    process = await ManagedProcess.start(words, log=log, account=nobody, environment={"PATH": os.defpath})
    return await process.wait()


async def test_attack_a_process_of_nobody_reads_and_changes_the_cluster(server: Postgres, tmp_path: Path) -> None:
    uid = psutil.Process(server.pid).uids().real
    assert uid in OWN_UIDS
    with pytest.raises(KeyError):
        pwd.getpwuid(uid)
    assert owners(server.folder.postgres) == {uid}
    assert await as_nobody(f'ls -d "{server.folder.root}/postgres"', tmp_path / "log") == 0
    places = {"cluster": server.folder.postgres, "sockets": server.folder.sockets / "postgres", "pid": server.pid}
    for attempt in ATTEMPTS:
        assert await as_nobody(attempt.format(**places), tmp_path / "log") != 0, attempt
    assert "trust" not in (server.folder.postgres / "pg_hba.conf").read_text()


async def test_attack_a_process_of_nobody_changes_what_initdb_makes(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody but root may enter the folder above, so that nobody holds a file of it open later."""
    above: list[os.stat_result] = []
    start = ManagedProcess.start

    async def note_and_start(command: Sequence[str | Path], **options: Any) -> ManagedProcess:
        if Path(command[0]).name == "initdb":
            above.append(Path(command[2]).parent.stat())
        return await start(command, **options)

    monkeypatch.setattr(ManagedProcess, "start", note_and_start)
    server = Postgres(folder, durable=False)
    await server.bring_up()
    await server.stop()
    assert [(found.st_uid, stat.S_IMODE(found.st_mode)) for found in above] == [(0, 0o700)]
    assert not [path for path in folder.root.iterdir() if "unfinished" in path.name]


async def test_a_cluster_of_an_earlier_version_is_taken_over_with_its_data(server: Postgres) -> None:
    async with await psycopg.AsyncConnection.connect(server.dsn("postgres")) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    await server.stop()
    cluster, nobody = server.folder.postgres, unprivileged_account(reach_everything=False)
    for path in (cluster, *cluster.rglob("*")):
        os.chown(path, nobody.uid, nobody.gid)
    # A file of root's is not given away, whatever name `nobody` has made for it.
    (cluster / "link").symlink_to(server.folder.root / "lock")
    os.link(server.folder.root / "lock", cluster / "same")
    await server.bring_up()
    assert (server.folder.root / "lock").stat().st_uid == 0
    (cluster / "link").unlink()
    (cluster / "same").unlink()
    assert owners(cluster) == {psutil.Process(server.pid).uids().real}
    async with await psycopg.AsyncConnection.connect(server.dsn("postgres")) as connection:
        assert await (await connection.execute("SELECT number FROM kept")).fetchone() == (7,)


async def test_nothing_is_taken_from_a_server_that_still_works(server: Postgres) -> None:
    nobody = unprivileged_account(reach_everything=False)
    cluster, own = server.folder.postgres, server.folder.postgres.stat().st_uid
    os.chown(cluster, nobody.uid, nobody.gid)
    with pytest.raises(StartProblem, match=IN_USE):
        take_over(cluster, unprivileged_account(reach_everything=False))
    assert cluster.stat().st_uid == nobody.uid
    os.chown(cluster, own, own)
