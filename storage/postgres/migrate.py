"""Migrate the database to the newest schema: `python -m storage.postgres.migrate`, or `xuanhao migrate`.

It connects with XUANHAO_OWNER_DATABASE_URL, or with XUANHAO_DATABASE_URL if that is unset. It may run any number of
times, also in parallel: one run waits for the other and then finds nothing to do.
"""

import os
import re
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from storage.postgres.audit_order import continue_order
from storage.postgres.roles import RoleMissing

# Any number works, as long as every version of this program uses the same.
_ADVISORY_LOCK = 7_320_440_300
_WAIT_FOR_OTHERS = "60s"
# A migration that does not get its lock gives up before the queries that wait behind it time out.
_WAIT_FOR_LOCKS = "5s"

_OWNER, _APPLICATION = "XUANHAO_OWNER_DATABASE_URL", "XUANHAO_DATABASE_URL"
_SCHEMES = ("postgresql://", "postgresql+psycopg://")
# What the library's texts repeat of an address: names in quotation marks, addresses in brackets, and ports.
_VALUES = re.compile(r""""[^"]*"|'[^']*'|\([^)]*\)|(?<=port )\S+""")


def migrate(url: str, *, revision: str = "head") -> None:
    """Upgrade the database at `url` (`postgresql://…`), each migration all or nothing.

    Each has its own transaction, so that one can build an index while others write: PostgreSQL does so only without a
    transaction (`autocommit_block` of Alembic). Raises `DBAPIError` when it can't, and `RoleMissing`.
    """
    _, _, rest = url.partition("://")
    engine = create_engine(f"postgresql+psycopg://{rest}", poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.begin() as turn, engine.connect() as connection:
        _set_in_transaction(turn, lock_timeout=_WAIT_FOR_OTHERS, idle_in_transaction_session_timeout="0")
        # Without parameters: their portal would stay open with its snapshot, and an index that is built while others
        # write would wait for that.
        turn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        event.listen(connection, "begin", partial(_set_in_transaction, lock_timeout=_WAIT_FOR_LOCKS))
        try:
            command.upgrade(alembic_config(connection), revision)
        except ProgrammingError as error:
            if "permission denied to create role" in str(error.orig):
                raise RoleMissing from None
            raise
        if revision == "head":
            continue_order(connection)
        # Alembic has begun a transaction to read the version, and left it open.
        connection.commit()


def _set_in_transaction(connection: Connection, **settings: str) -> None:
    """Set for this transaction only: behind a pooler the session is somebody else's next.

    By the driver's own cursor: SQLAlchemy announces that a transaction begins before it counts as begun.
    """
    with closing(connection.connection.cursor()) as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for this connection; the migrations are in the folder beside this module."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return config


def main() -> int:
    variable = _OWNER if os.environ.get(_OWNER) else _APPLICATION
    if not os.environ.get(variable):
        return _complain(f"{variable} names no database to migrate", 2)
    try:
        migrate(_address(variable))
    except OSError:
        return _complain(f"{_password_file(variable)}: the file can't be read", 2)
    except (ArgumentError, ValueError):
        # Their texts repeat the address.
        return _complain(f"{variable} is malformed", 2)
    except (DBAPIError, RoleMissing) as error:
        return _complain(f"the database could not be migrated: {_reason(error)}", 1)
    return 0


def _address(variable: str) -> str:
    """The variable's address, with the password of its file if there is one. Raises `OSError` and `ValueError`."""
    address, file = os.environ[variable], os.environ.get(_password_file(variable))
    if not address.startswith(_SCHEMES):
        # The library would go to a server of this machine.
        raise ValueError(variable)
    if not file:
        return address
    password = Path(file).read_text("utf-8").rstrip("\r\n")
    return make_url(address).set(password=password).render_as_string(hide_password=False)


def _password_file(variable: str) -> str:
    return f"{variable.removesuffix('_URL')}_PASSWORD_FILE"


def _reason(error: DBAPIError | RoleMissing) -> str:
    """One line without any part of the address."""
    if isinstance(error, RoleMissing):
        return str(error)
    if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
        return f"this role may not change the tables; name their owner in {_OWNER}"
    line = next(iter(str(error.orig).strip().splitlines()), "no reason given")
    # An error without a code comes from the library, before the server knows anybody.
    is_known = isinstance(error.orig, psycopg.Error) and error.orig.sqlstate
    return line if is_known else _VALUES.sub("…", line)


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
