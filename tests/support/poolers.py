"""PgBouncer in transaction mode, where the machine has it, and what stands for it elsewhere."""

import os
import pwd
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from embedded.accounts import Account, unprivileged_account
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.part import Part
from embedded.ports import HOST, free_port
from embedded.postgres import Postgres
from storage.postgres.kept_connections import KeptConnections
from storage.postgres.roles import APPLICATION_ROLE

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
# Where the machine has no PgBouncer, each call gets a session that knows nothing of the one before.
POOLERS = ["emptied sessions", *(["pgbouncer"] if PGBOUNCER else [])]


class PgBouncer(Part):
    """As Debian's package starts it: nothing about start-up parameters is ignored, and there are few connections."""

    name = "pgbouncer"

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder)
        self.port = free_port()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{APPLICATION_ROLE}@{HOST}:{self.port}/{database}"

    async def _launch(self, log: Path) -> ManagedProcess:
        settings = self.folder.sockets / "pgbouncer.ini"
        settings.write_text(f"""
[databases]
* = host={self.folder.sockets / "postgres"} user={APPLICATION_ROLE}
[pgbouncer]
listen_addr = {HOST}
listen_port = {self.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
""")
        settings.chmod(0o644)
        account = None
        if os.geteuid() == 0:
            account = unprivileged_account(reach_everything=True)
            await self._let_in(account)
        return await ManagedProcess.start(
            [PGBOUNCER or "pgbouncer", settings], log=log, account=account, environment={}, folder=Path("/")
        )

    async def _let_in(self, account: Account) -> None:
        """It can't run as root either, and PostgreSQL lets in the user only that runs the tests."""
        with (self.folder.postgres / "pg_ident.conf").open("a") as file:
            file.write(f"owner {pwd.getpwuid(account.uid).pw_name} {APPLICATION_ROLE}\n")
        async with await psycopg.AsyncConnection.connect(Postgres(self.folder).dsn("postgres")) as connection:
            await connection.execute("SELECT pg_reload_conf()")

    async def _is_ready(self) -> bool:
        dsn = self.url("postgres").replace("+psycopg", "")
        try:
            async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5) as connection:
                await connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@asynccontextmanager
async def running_pgbouncer(folder: DataFolder) -> AsyncIterator[PgBouncer]:
    pooler = PgBouncer(folder)
    await pooler.bring_up()
    try:
        yield pooler
    finally:
        await pooler.stop()


@asynccontextmanager
async def pooled_address(
    pooler: str, folder: DataFolder, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """The address of a database behind one of `POOLERS`."""
    if pooler == "pgbouncer":
        async with running_pgbouncer(folder) as running:
            yield running.url(urlsplit(database_url).path.lstrip("/"))
        return
    take = KeptConnections.take

    async def take_emptied(kept: KeptConnections) -> Any:
        connection = await take(kept)
        await connection.exec_driver_sql("DISCARD ALL")
        return connection

    monkeypatch.setattr(KeptConnections, "take", take_emptied)
    yield database_url
