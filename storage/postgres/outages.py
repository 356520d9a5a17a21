"""Which of the driver's errors mean "unavailable", and which mean that a connection must be left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

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


FAILURES = (PoolTimeout, DBAPIError, psycopg.Error)
"""The errors of which some mean that the server is unavailable."""


@contextmanager
def translate_database_errors(has_answered: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Translate the driver's errors for "down, too slow or read-only" into `DependencyUnavailable("database")`.

    It is `DependencyBusy` where the server says that it has too much work, and where all our connections are in use
    although it `has_answered` others meanwhile.
    """
    try:
        yield
    except FAILURES as error:
        if (unavailable := as_unavailable(error, has_answered)) is None:
            raise
        raise unavailable from error


def as_unavailable(error: BaseException, has_answered: Callable[[], bool]) -> DependencyUnavailable | None:
    """What `translate_database_errors` raises for this error; None where it means something else."""
    match error:
        case PoolTimeout():
            return (DependencyBusy if has_answered() else DependencyUnavailable)("database")
        case OperationalError() | InterfaceError() | psycopg.OperationalError() | psycopg.InterfaceError():
            is_busy = isinstance(getattr(error, "orig", error), _BUSY)
            return (DependencyBusy if is_busy else DependencyUnavailable)("database")
        case DBAPIError() | psycopg.Error():
            if _is_outdated(error) or (isinstance(error, DBAPIError) and error.connection_invalidated):
                return DependencyUnavailable("database")
    return None


@contextmanager
def leave_if_outdated(driver: Driver) -> Iterator[None]:
    """Close the connection if the block fails because of what the server was or knew when it was opened."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        leave_after(error, driver)
        raise


def leave_after(error: BaseException, driver: Driver) -> None:
    """Close the connection if the error comes from what the server was or knew when it was opened.

    The pool drops all connections of the same age with it, so that the next call finds the server of now.
    """
    if isinstance(error, DBAPIError | psycopg.Error) and _is_outdated(error):
        driver.pgconn.finish()


def _is_outdated(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    changed = isinstance(cause, errors.FeatureNotSupported) and _CHANGED_PLAN in str(cause)
    return changed or isinstance(cause, _OUTDATED)
