"""Which of the driver's errors mean "unavailable", and which mean that a connection must be left."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.dependencies import DependencyBusy, DependencyUnavailable
from storage.postgres.driver_connections import Driver

_OUTDATED = (
    # A failover has made this server a replica, or an administrator stops writes.
    errors.ReadOnlySqlTransaction,
    # A pooler has given the session to somebody else.
    errors.InvalidSqlStatementName,
    errors.DuplicatePreparedStatement,
)
# A migration has changed the type of a column of a prepared statement.
_CHANGED_PLAN = "cached plan"


# The server itself answers that it has no time, no lock or no connection.
_BUSY = (errors.QueryCanceled, errors.LockNotAvailable, errors.TooManyConnections)


@contextmanager
def translate_database_errors(has_answered: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Translate the driver's errors for "down, too slow or read-only" into `DependencyUnavailable("database")`.

    It is `DependencyBusy` where the server says that it has too much work, and where all our connections are in use
    although it `has_answered` others meanwhile.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError) as error:
        is_busy = has_answered() if isinstance(error, PoolTimeout) else isinstance(getattr(error, "orig", error), _BUSY)
        raise (DependencyBusy if is_busy else DependencyUnavailable)("database") from error
    except (DBAPIError, psycopg.Error) as error:
        if _is_outdated(error) or (isinstance(error, DBAPIError) and error.connection_invalidated):
            raise DependencyUnavailable("database") from error
        raise


@asynccontextmanager
async def leave_if_outdated(driver: Driver) -> AsyncIterator[None]:
    """Close the connection if the block fails because of what the server was or knew when it was opened.

    The pool drops all connections of the same age with it, so that the next call finds the server of now.
    """
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        if _is_outdated(error):
            driver.pgconn.finish()
        raise


def _is_outdated(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    changed = isinstance(cause, errors.FeatureNotSupported) and _CHANGED_PLAN in str(cause)
    return changed or isinstance(cause, _OUTDATED)
