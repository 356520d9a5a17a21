"""A cluster of PostgreSQL with a migrated, empty database: made once for a run of the tests, copied for each system.

A first start makes the same in several seconds. Its copies do not wait for the disk: no test crashes the machine, and a
crash of the server alone loses nothing.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from embedded.folders import DataFolder
from embedded.key_file import ensure_key_file
from embedded.postgres import Postgres
from embedded.supervisor import DATABASE

ASK_EVERY_S = 0.1


@dataclass
class PreparedCluster:
    """`root` is a folder of all processes of the run; the first that needs the cluster makes it there."""

    root: Path | None = None
    """None outside a run of the tests: then systems make their own."""

    async def give_to(self, folder: DataFolder) -> None:
        """Let the folder, which is locked, have a copy, unless it has a cluster."""
        if self.root is None or folder.postgres.exists():
            return
        made = self.root / "made"
        async with _locked(self.root):
            if not made.exists():
                making = DataFolder(self.root / "making")
                await _make(making)
                making.postgres.rename(made)
        # The files belong to the server's account.
        copying = await asyncio.create_subprocess_exec("cp", "-a", made, folder.postgres)
        assert await copying.wait() == 0

    async def give_to_installation(self, root: Path, *, demo: bool = True) -> None:
        """The same for a whole system that starts in this folder for the first time, with its own keys."""
        folder = DataFolder(root)
        if self.root is None or folder.keys.exists():
            return
        with folder.lock():
            ensure_key_file(folder, demo=demo)
            await self.give_to(folder)


@asynccontextmanager
async def _locked(root: Path) -> AsyncIterator[None]:
    """One process of the run at a time."""
    with (root / "lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(ASK_EVERY_S)
        yield


async def _make(folder: DataFolder) -> None:
    # Tests without a database should not wait for SQLAlchemy and Alembic.
    from storage.postgres.migrate import migrate  # noqa: PLC0415

    with folder.lock():
        server = Postgres(folder, durable=False)
        try:
            await server.bring_up()
            await server.create_database(DATABASE)
            await asyncio.to_thread(migrate, server.owner_url(DATABASE))
            async with await psycopg.AsyncConnection.connect(server.dsn(DATABASE), autocommit=True) as connection:
                await connection.execute("ALTER SYSTEM SET fsync = off")
                await connection.execute("ALTER SYSTEM SET full_page_writes = off")
        finally:
            await server.stop()


prepared_cluster = PreparedCluster()
