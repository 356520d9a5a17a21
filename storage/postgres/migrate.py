"""Migrate the database to the newest schema: `python -m storage.postgres.migrate`, with XUANHAO_DATABASE_URL.

It may run any number of times, also in parallel: one run waits for the other and then finds nothing to do.
"""

import os
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from storage.postgres.audit_order import continue_order
from storage.postgres.roles import RoleMissing

# Any number works, as long as every version of this program uses the same.
_ADVISORY_LOCK = 7_320_440_300
_WAIT_FOR_OTHERS = "60s"
# A migration that does not get its lock gives up before the queries that wait behind it time out.
_WAIT_FOR_LOCKS = "5s"


def migrate(url: str, *, revision: str = "head") -> None:
    """Upgrade the database at `url` (`postgresql://…`), all or nothing.

    Raises OperationalError when it can't, and `RoleMissing`.
    """
    _, _, rest = url.partition("://")
    engine = create_engine(f"postgresql+psycopg://{rest}", poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.begin() as connection:
        set_lock_timeout(connection, _WAIT_FOR_OTHERS)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        set_lock_timeout(connection, _WAIT_FOR_LOCKS)
        try:
            command.upgrade(alembic_config(connection), revision)
        except ProgrammingError as error:
            if "permission denied to create role" in str(error.orig):
                raise RoleMissing from None
            raise
        if revision == "head":
            continue_order(connection)


def set_lock_timeout(connection: Connection, limit: str) -> None:
    connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), {"limit": limit})


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for this connection; the migrations are in the folder beside this module."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return config


def main() -> int:
    url = os.environ.get("XUANHAO_DATABASE_URL")
    if not url:
        sys.stderr.write("XUANHAO_DATABASE_URL names no database to migrate\n")
        return 2
    try:
        migrate(url)
    except (OperationalError, RoleMissing) as error:
        sys.stderr.write(f"the database could not be migrated: {_first_line(error)}\n")
        return 1
    return 0


def _first_line(error: OperationalError | RoleMissing) -> str:
    text = str(error.orig if isinstance(error, OperationalError) else error)
    return next(iter(text.strip().splitlines()), "no reason given")


if __name__ == "__main__":
    sys.exit(main())
