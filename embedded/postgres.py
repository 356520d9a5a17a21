"""PostgreSQL: the server process in the foreground, only on a socket in a private folder."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from embedded.accounts import account_for_postgres
from embedded.binaries import postgres_program
from embedded.folders import DataFolder
from embedded.managed_process import ManagedProcess
from embedded.part import Part
from embedded.postgres_access import restrict_access
from embedded.postgres_cluster import ENVIRONMENT, IN_USE, SUPERUSER, hand_over, make_cluster, take_over
from embedded.problems import StartProblem
from storage.postgres.roles import APPLICATION_ROLE

MAINTENANCE_DATABASE = "postgres"
PREDECESSOR_GONE_WITHIN_S = 10.0
WORDS_OF_PREDECESSOR = ('"postmaster.pid" already exists', "pre-existing shared memory block", IN_USE)


class Postgres(Part):
    """`url` and `dsn` give the addresses. There is no password: only the user that runs us may connect."""

    name = "postgres"
    # Fast shutdown: it ends sessions and writes everything, so no recovery is needed.
    stops_by = signal.SIGINT
    stop_timeout_s = 8.0

    def __init__(self, folder: DataFolder, *, durable: bool = True) -> None:
        """Only tests that do not involve crashes of the machine may set `durable` (fsync) to false."""
        super().__init__(folder)
        self._durable = durable
        self._sockets = folder.sockets / "postgres"

    def url(self, database: str, *, role: str = APPLICATION_ROLE) -> str:
        """The address for SQLAlchemy; by default with the application's role, which owns nothing."""
        return self.dsn(database, role=role).replace("postgresql:", "postgresql+psycopg:", 1)

    def owner_url(self, database: str) -> str:
        """The address for migrations."""
        return self.url(database, role=SUPERUSER)

    def dsn(self, database: str, *, role: str = SUPERUSER) -> str:
        """The address for libpq: psycopg, psql and others."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self._sockets), safe='')}"

    async def create_database(self, database: str, *, template: str = "template1") -> bool:
        """Create a database unless it exists; returns whether it was created."""
        async with await self._maintenance() as connection:
            known = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if await known.fetchone():
                return False
            # Writing each page to the log too is cheaper only than waiting until every page is on the disk.
            strategy = "WAL_LOG" if self._durable else "FILE_COPY"
            statement = sql.SQL(f"CREATE DATABASE {{}} TEMPLATE {{}} STRATEGY {strategy}")
            await connection.execute(statement.format(sql.Identifier(database), sql.Identifier(template)))
        return True

    async def drop_database(self, database: str) -> None:
        """Remove a database and end its sessions; it is not an error if it does not exist."""
        async with await self._maintenance() as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            await connection.execute(statement.format(sql.Identifier(database)))

    async def bring_up(self) -> None:
        """Start it and wait until it is ready, if necessary until a killed predecessor has ended."""
        give_up_at = asyncio.get_running_loop().time() + PREDECESSOR_GONE_WITHIN_S
        while True:
            try:
                return await super().bring_up()
            except StartProblem as problem:
                blocked = any(words in str(problem) for words in WORDS_OF_PREDECESSOR)
                if not blocked or asyncio.get_running_loop().time() > give_up_at:
                    raise
            await asyncio.sleep(0.1)

    async def _launch(self, log: Path) -> ManagedProcess:
        account = account_for_postgres(self.folder.postgres, postgres_program("postgres"))
        hand_over(self._sockets, account)
        if not (self.folder.postgres / "PG_VERSION").exists():
            code = await make_cluster(self.folder.postgres, account, log=log, durable=self._durable)
            if code != 0:
                raise StartProblem(f"PostgreSQL's data folder can't be made: {self._last_error_line()}")
        take_over(self.folder.postgres, account)
        restrict_access(self.folder.postgres, account)
        self._disown_lock()
        return await ManagedProcess.start(
            [postgres_program("postgres"), "-D", self.folder.postgres, *self._options()],
            log=log,
            account=account,
            environment=ENVIRONMENT,
            folder=Path("/"),
        )

    async def _is_ready(self) -> bool:
        try:
            async with await self._maintenance() as connection:
                await connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    async def _maintenance(self) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(
            self.dsn(MAINTENANCE_DATABASE), autocommit=True, connect_timeout=10
        )

    def _options(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # A killed server would leave segments in /dev/shm, which is also small in containers.
            "dynamic_shared_memory_type": "mmap",
            # There is no replication, so the write-ahead log can be smaller.
            "wal_level": "minimal",
            "max_wal_senders": "0",
            # A statement or a row in the log would contain personal data.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
        }
        if not self._durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
        return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]

    def _disown_lock(self) -> None:
        """Make PostgreSQL recognise the stale lock of a killed server.

        It checks only the process id, which may belong to another process by now, or to a zombie. We write our own id
        instead: PostgreSQL knows that its parent can't be the server. It still checks the shared memory then.
        """
        lock = self.folder.postgres / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            words = lock.read_text().splitlines(keepends=True)
            holder = psutil.Process(int(words[0]))
            if holder.name() != "postgres" or holder.status() == psutil.STATUS_ZOMBIE:
                lock.write_text("".join([f"{os.getpid()}\n", *words[1:]]))
